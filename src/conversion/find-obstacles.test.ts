import { expect, it } from 'vitest';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { expectSameNumbers, networkOf, weight } from '../passes/compare-in-runtime.fixture.ts';
import { standardForm } from '../passes/standard-form.ts';
import { findObstacles } from './find-obstacles.ts';

it('finds none in operators that are taken apart', async () => {
  const source = networkOf({ x: [2, 8] }, (build) => [
    build.op(
      'FusedGemm',
      ['x', weight(build, 'w', [8, 4])],
      { activation: 'Relu' },
      { domain: 'com.microsoft' },
    ),
  ]);
  expect(findObstacles(await expectSameNumbers(source, standardForm))).toEqual([]);
});

it('names unknown operators with their weights', () => {
  const source = networkOf({ x: [2, 8] }, (build) => [
    build.op(
      'Mystery',
      ['x', weight(build, 'w', [8, 4]), weight(build, 'b', [4])],
      {},
      { domain: 'com.microsoft' },
    ),
    build.op('DeformConv', ['x', weight(build, 'kernel', [4, 2, 3, 3])]),
    build.op('Mystery', ['x', weight(build, 'b', [4])], {}, { domain: 'com.microsoft' }),
  ]);
  expect(findObstacles(source)).toEqual([
    "com.microsoft.Mystery 'mystery': an unknown operator multiplies by weights (w). Export it as standard operators.",
    "DeformConv 'deformconv': an unknown operator multiplies by weights (kernel). Export it as standard operators.",
  ]);
});

it('says once that ONNX Runtime has optimised a network for a processor', () => {
  const source = networkOf({ x: [2, 8, 4, 4] }, (build) => {
    const nchwc = { domain: 'com.microsoft.nchwc' };
    const convolved = build.op('Conv', ['x', weight(build, 'w', [8, 8, 1, 1])], {}, nchwc);
    return [build.op('ReorderOutput', [convolved], {}, nchwc)];
  });
  expect(findObstacles(source)).toEqual([
    'operators of com.microsoft.nchwc: ONNX Runtime has optimised the network for one kind of processor. Give the network as it was before.',
  ]);
});

it('refuses batch normalisation in training mode', () => {
  const source = networkOf({ x: [2, 3, 4] }, (build) => {
    const parts = ['gamma', 'beta', 'mean', 'variance'].map((name) => weight(build, name, [3]));
    return [build.op('BatchNormalization', ['x', ...parts], { training_mode: 1 })];
  });
  expect(findObstacles(source)).toEqual([
    "BatchNormalization 'batchnormalization': it is in training mode. Export the model in evaluation mode.",
  ]);
});

it('says what of an attention with a cache or a window is not taken apart', () => {
  const source = networkOf({ x: [1, 4, 8], past: [1, 2, 3, 4] }, (build) => [
    build.op(
      'GroupQueryAttention',
      ['x', 'x', 'x', 'past', 'past', 'last', 'total'],
      { num_heads: 2, kv_num_heads: 2, local_window_size: 4 },
      { domain: 'com.microsoft' },
    ),
  ]);
  expect(findObstacles(source)).toEqual([
    "com.microsoft.GroupQueryAttention 'groupqueryattention': attention with a cache of earlier keys and values (past, past) and a window (local_window_size) is not taken apart. Export the model for whole sequences, without a cache and with attention over all earlier tokens.",
  ]);
});

it('names a loop that puts tensors together', () => {
  const source = networkOf({ x: [2, 8] }, (build) => {
    const body = new Graph('body');
    const inside = new GraphBuilder(body);
    body.setInputs(['i', 'on', 'before'].map((name) => ({ name, dataType: undefined, shape: undefined })));
    const parts = inside.op('SequenceInsert', ['before', 'x']);
    body.setOutputs(['on', parts].map((name) => ({ name, dataType: undefined, shape: undefined })));
    const made = build.op('Loop', ['count', '', build.op('SequenceEmpty', [])], { body });
    return [build.op('ConcatFromSequence', [made], { axis: 0 })];
  });
  expect(findObstacles(source)).toEqual([
    "Loop 'loop': a loop that puts tensors together is not unrolled. Export with fixed sizes, so that none is left.",
  ]);
});
