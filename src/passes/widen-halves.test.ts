import { expect, it } from 'vitest';
import { onnxDataType } from '../graph/data-type.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { Tensor } from '../graph/tensor.ts';
import { evaluateModel } from '../interpreter/evaluate-model.ts';
import { ndArray } from '../interpreter/nd-array.ts';
import { OrtSession } from '../sessions/ort-session.ts';
import { runPasses } from './run-passes.ts';
import { widenHalves } from './widen-halves.ts';

const half = (shape: readonly number[], bits: readonly number[]) =>
  new Tensor('float16', shape, { kind: 'memory', bytes: new Uint8Array(Uint16Array.from(bits).buffer) });

/** y = x·[0.5, −2] + 1 in float16, with float16 input and output; the weight is an output, too. */
function halfNetwork(): Model {
  const graph = new Graph('half');
  graph.setInputs([{ name: 'x', dataType: 'float16', shape: ['batch', 2] }]);
  const build = new GraphBuilder(graph);
  const weight = build.constant('w', half([2, 1], [0x3800, 0xc000]));
  const one = build.op('Constant', [], { value: half([1], [0x3c00]) });
  const cast = build.op('Cast', ['x'], { to: onnxDataType('float16') });
  build.op('Add', [build.op('MatMul', [cast, weight]), one], {}, { name: 'y' });
  graph.setOutputs(['y', 'w'].map((name) => ({ name, dataType: 'float16', shape: undefined })));
  return new Model(graph, 17);
}

it('makes a network in half precision calculate in float32 with the same weights', async () => {
  const { model, changes } = runPasses(halfNetwork(), [widenHalves]);
  expect(changes.get('widen-halves')).toBeGreaterThan(0);
  expect(model.graph.inputs[0]!.dataType).toBe('float32');
  expect(model.graph.initializers.get('w')!.dataType).toBe('float16');
  const session = await OrtSession.create(model);
  const { data } = (await session.run({ shape: [1, 2], data: Float32Array.of(0.1, 3) })).get('y')!;
  await session.release();
  // 0.1 is no half: rounding to one would show.
  expect(data[0]).toBeCloseTo(0.5 * 0.1 - 2 * 3 + 1, 6);
  const exact = evaluateModel(model, { x: ndArray([1, 2], [0.1, 3]) }).get('y')!;
  expect(exact.data[0]).toBeCloseTo(-4.95, 12);
});

it('changes nothing where nothing is half, or weights are cast already', () => {
  const once = runPasses(halfNetwork(), [widenHalves]).model;
  expect(runPasses(once, [widenHalves]).changes.get('widen-halves')).toBe(0);
});
