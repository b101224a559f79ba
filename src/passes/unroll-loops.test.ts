import { describe, expect, it } from 'vitest';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Tensor } from '../graph/tensor.ts';
import { expectSameNumbers, networkOf, operatorsOf } from './compare-in-runtime.fixture.ts';
import { runPasses } from './run-passes.ts';
import { standardForm } from './standard-form.ts';
import { unrollLoops } from './unroll-loops.ts';

interface Body {
  /** Body of a round; `round` and `before` are the number of the round and what is carried. */
  readonly make: (build: GraphBuilder) => readonly string[];
  /** What it says of going on. Default: what it was told. */
  readonly goesOn?: (build: GraphBuilder) => string;
}

function bodyOf({ make, goesOn }: Body): Graph {
  const body = new Graph('body');
  const build = new GraphBuilder(body);
  const info = (name: string) => ({ name, dataType: undefined, shape: undefined });
  body.setInputs([
    { name: 'round', dataType: 'int64', shape: [] },
    { name: 'on', dataType: 'bool', shape: [] },
    info('before'),
  ]);
  const results = make(build);
  body.setOutputs(
    [goesOn ? goesOn(build) : build.op('Identity', ['on']), ...results].map((name) => info(name)),
  );
  return body;
}

/** before · (x + round), and what it is after every round. */
const powers: Body = {
  make: (build) => {
    const number = build.op('Cast', ['round'], { to: 1 });
    const next = build.op('Mul', ['before', build.op('Add', ['x', number])]);
    return [next, build.op('Neg', [next])];
  },
};

const loop = (body: Body, rounds: number, outputs = 2) =>
  networkOf({ x: [2, 3] }, (build) => {
    const most = build.constant('rounds', Tensor.int64([], [rounds]));
    return build.ops('Loop', [most, '', 'x'], outputs, { body: bodyOf(body) });
  });

describe('unrollLoops', () => {
  it('puts all rounds one behind the other, with what each gives beside what is carried', async () => {
    const model = await expectSameNumbers(loop(powers, 3), [unrollLoops]);
    expect(operatorsOf(model).filter((each) => each === 'Mul' || each === 'Loop')).toEqual([
      'Mul',
      'Mul',
      'Mul',
    ]);
  });

  it('makes products of a loop synaptic operators like others, inside a loop, too', async () => {
    const inner: Body = { make: (build) => [build.op('MatMul', ['before', 'weight'])] };
    const source = networkOf({ x: [2, 3] }, (build) => {
      build.graph.setInitializer('weight', Tensor.float32([3, 3], [1, 2, 0, -1, 0.5, 1, 0, 1, -2]));
      const twice = build.constant('twice', Tensor.int64([], [2]));
      const outer: Body = {
        make: (inside) => [inside.op('Loop', [twice, '', 'before'], { body: bodyOf(inner) })],
      };
      return [build.op('Loop', [twice, '', 'x'], { body: bodyOf(outer) })];
    });
    const model = await expectSameNumbers(source, [unrollLoops]);
    expect(operatorsOf(model).filter((each) => each === 'MatMul')).toHaveLength(4);
    expect(operatorsOf(model)).not.toContain('Loop');
  });

  it('leaves no sequence where rounds put one together, nor a choice by their number', async () => {
    const source = networkOf({ x: [2, 3] }, (build) => {
      const body: Body = {
        make: (inside) => {
          const zero = inside.constant('zero', Tensor.int64([], [0]));
          const branch = (opType: string) => {
            const graph = new Graph(opType);
            const value = new GraphBuilder(graph, opType).op(opType, ['x']);
            graph.setOutputs([{ name: value, dataType: 'float32', shape: undefined }]);
            return graph;
          };
          const chosen = inside.op('If', [inside.op('Equal', ['round', zero])], {
            then_branch: branch('Neg'),
            else_branch: branch('Exp'),
          });
          return [inside.op('SequenceInsert', ['before', chosen])];
        },
      };
      const most = build.constant('rounds', Tensor.int64([], [3]));
      const parts = build.op('Loop', [most, '', build.op('SequenceEmpty', [])], { body: bodyOf(body) });
      return [build.op('ConcatFromSequence', [parts], { axis: 1 })];
    });
    const model = await expectSameNumbers(source, standardForm);
    expect(operatorsOf(model).filter((each) => each !== 'Identity')).toEqual(['Neg', 'Exp', 'Exp', 'Concat']);
  });

  it('leaves loops that may end early, that never run, and that would become too many operators', () => {
    const early: Body = { ...powers, goesOn: (build) => build.op('Not', ['on']) };
    for (const source of [loop(early, 3), loop(powers, 0), loop(powers, 5000)])
      expect(operatorsOf(runPasses(source, [unrollLoops]).model)).toEqual(['Loop']);
  });
});
