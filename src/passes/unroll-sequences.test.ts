import { describe, expect, it } from 'vitest';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { AttributeInputs } from '../graph/node.ts';
import { Tensor } from '../graph/tensor.ts';
import { expectSameNumbers, networkOf, operatorsOf } from './compare-in-runtime.fixture.ts';
import { unrollSequences } from './unroll-sequences.ts';

const index = (build: GraphBuilder, value: number) => build.constant('at', Tensor.int64([], [value]));

interface Split {
  readonly lengths?: Tensor;
  readonly attributes: AttributeInputs;
  readonly at: readonly number[];
}

const splits: readonly Split[] = [
  { attributes: { axis: 1 }, at: [0, 2, -1, -2] },
  { attributes: { axis: 0, keepdims: 0 }, at: [0, 1, -1] },
  { attributes: { axis: -1, keepdims: 0 }, at: [3, -4] },
  { attributes: { axis: 2 }, lengths: Tensor.int64([], [3]), at: [0, 1] },
  { attributes: { axis: 2, keepdims: 0 }, lengths: Tensor.int64([3], [1, 2, 1]), at: [0, 1, 2, -1, -3] },
];

describe('unrollSequences', () => {
  for (const { attributes, lengths, at } of splits) {
    const what = `${JSON.stringify(attributes)}${lengths ? ` into ${lengths.toNumbers()}` : ''}`;
    it(`takes elements ${at} of a split by ${what}`, async () => {
      const source = networkOf({ x: [2, 3, 4] }, (build) => {
        const inputs = lengths ? ['x', build.constant('lengths', lengths)] : ['x'];
        const sequence = build.op('SplitToSequence', inputs, attributes);
        return at.map((each) => build.op('SequenceAt', [sequence, index(build, each)]));
      });
      const model = await expectSameNumbers(source, [unrollSequences]);
      expect(operatorsOf(model).filter((each) => each.includes('Sequence'))).toEqual([]);
    });
  }

  for (const opset of [11, 17]) {
    it(`joins and takes tensors that were put together, in opset ${opset}`, async () => {
      const source = networkOf(
        { x: [2, 3], y: [2, 3] },
        (build) => {
          const pair = build.op('SequenceConstruct', ['x', 'y']);
          const more = build.op('SequenceInsert', [
            build.op('SequenceInsert', [pair, 'y']),
            'x',
            index(build, 1),
          ]);
          return [
            build.op('ConcatFromSequence', [more], { axis: 1 }),
            build.op('ConcatFromSequence', [pair], { axis: -1, new_axis: 1 }),
            build.op('SequenceAt', [more, index(build, -1)]),
          ];
        },
        opset,
      );
      const model = await expectSameNumbers(source, [unrollSequences]);
      expect(operatorsOf(model).filter((each) => each.includes('Sequence'))).toEqual([]);
    });
  }
});
