import { expect, it } from 'vitest';
import { networkOf, weight } from '../passes/compare-in-runtime.fixture.ts';
import { outputObstacles } from './output-obstacles.ts';

it('names operators that give a number of rows that depends on the image', () => {
  const source = networkOf({ boxes: [1, 6, 4], scores: [1, 2, 6] }, (build) => [
    build.op('NonMaxSuppression', ['boxes', 'scores', build.integers('most', [3])], {}, { name: 'nms' }),
  ]);
  expect(outputObstacles(source.graph)).toEqual([
    "NonMaxSuppression 'nms': how long output 'nms' is depends on the image. Cut the network before this operator, with what it reads (boxes, scores) as outputs.",
  ]);
});

it('finds it behind operators in between', () => {
  const source = networkOf({ x: [2, 3] }, (build) => {
    const where = build.op('NonZero', ['x']);
    return [build.op('GatherND', ['x', build.op('Transpose', [where])], {}, { name: 'picked' })];
  });
  expect(outputObstacles(source.graph)).toHaveLength(1);
});

it('leaves such operators where the length is not that of an output', () => {
  const source = networkOf({ x: [2, 3] }, (build) => {
    const where = build.op('Transpose', [build.op('NonZero', ['x'])]);
    const picked = build.op('GatherND', ['x', where]);
    const constant = build.op('NonZero', [weight(build, 'w', [2, 3])]);
    return [
      build.op('ScatterND', ['x', where, build.op('Neg', [picked])]),
      build.op('ReduceSum', [picked], { keepdims: 0 }),
      build.op('GatherND', ['x', build.op('Transpose', [constant])]),
    ];
  });
  expect(outputObstacles(source.graph)).toEqual([]);
});

it('names what packs an output that is no tensor', () => {
  const source = networkOf({ x: [2, 3] }, (build) => [
    build.op('SplitToSequence', ['x'], { axis: 1 }, { name: 'parts' }),
  ]);
  expect(outputObstacles(source.graph)).toEqual([
    "output 'parts': expected a tensor, got what SplitToSequence 'parts' packs. Export the model with the tensors themselves as outputs.",
  ]);
});
