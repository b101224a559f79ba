import { describe, expect, it } from 'vitest';
import { convert } from '../../conversion/convert.ts';
import type { Batch } from '../../data/load-batch.ts';
import { evaluate } from '../../evaluation/evaluate.ts';
import { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import { Model } from '../../graph/model.ts';
import { sizeOf } from '../../graph/shape.ts';
import { Tensor } from '../../graph/tensor.ts';
import { rate } from '../../methods/rate.ts';
import { Random } from '../../random.ts';
import { OrtSession } from '../../sessions/ort-session.ts';
import { withDetections } from '../../tasks/with-detections.ts';
import { positionImportance } from '../sensitivity/output-gradients.ts';
import { measureNetwork, withSourceLogits } from './measure-network.ts';

const [steps, images] = [2, 10];
const random = new Random(7);
const numbers = (...shape: number[]) => Float32Array.from({ length: sizeOf(shape) }, () => random.normal());
const data = numbers(images, 6);

/** Weights behind the hidden layer, [12, outputs]. */
function network(output: readonly number[]) {
  const graph = new Graph('perceptron');
  const build = new GraphBuilder(graph);
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 6] });
  const size = sizeOf(output);
  const weights = numbers(12, size);
  const hidden = build.op(
    'Relu',
    [build.op('MatMul', ['x', build.constant('v', Tensor.float32([6, 12], numbers(6, 12)))])],
    {},
    { name: 'hidden' },
  );
  const flat = build.op('MatMul', [hidden, build.constant('w', Tensor.float32([12, size], weights))]);
  build.op('Reshape', [flat, build.integers('shape', [-1, ...output])], {}, { name: 'y' });
  graph.addOutput({ name: 'y', dataType: 'float32', shape: ['batch', ...output] });
  return { model: new Model(graph, 17), weights, hidden };
}

/** The same network with boxes and scores, in shares of a picture, from one hidden layer. */
async function detector() {
  const { model, hidden } = network([4]);
  const { graph } = model;
  const build = new GraphBuilder(graph);
  const part = (name: string, shape: readonly number[]) => {
    const weights = Tensor.float32([12, sizeOf(shape)], numbers(12, sizeOf(shape)));
    const flat = build.op('MatMul', [hidden, build.constant('u', weights)]);
    build.op('Reshape', [flat, build.integers('shape', [-1, ...shape])], {}, { name });
    return { name, dataType: 'float32' as const, shape: ['batch', ...shape] };
  };
  graph.setOutputs([part('boxes', [5, 4]), part('scores', [5, 2])]);
  graph.removeDeadNodes();
  const detecting = await withDetections(model, { head: 'boxes-and-scores', unit: 'shares' });
  return { model: detecting!, hidden };
}

async function* batches(): AsyncGenerator<Batch> {
  const ids = Array.from({ length: images }, (_, i) => `${i}`);
  const targets = ids.map((_, i) => ({ shape: [1], data: Float32Array.of(i) }));
  yield { ids, labels: ids.map(() => undefined), shape: [images, 6], data, targets };
}

describe('the measurement of a tuning, of an output without classes', () => {
  it('is what an evaluation says, and its divergence that of normal distributions', async () => {
    const { model: source } = network([1]);
    const calibration = () => [{ shape: [images, 6], data }];
    const { model } = await convert(source, { method: rate, steps, calibration });
    const compared = await withSourceLogits(source, batches(), 1);
    const { measurement } = await measureNetwork(model, steps, compared, 1);
    const end = await evaluate({ model, data: { size: images, batches }, quantised: false });
    if (!end.finished || end.result.task?.name !== 'regression') throw new Error('not measured');
    const { steps: after, source: right } = end.result.task;
    const error = after.at(-1)!.error.value!;
    expect(measurement.task).toBe('regression');
    expect(measurement.top1).toBeCloseTo(after.at(-1)!.r2.value!, 5);
    expect(measurement.sourceTop1).toBeCloseTo(right.r2.value!, 5);
    expect(measurement.agreement).toBeCloseTo(1 - error ** 2, 5);
    expect(measurement.divergence).toBeCloseTo(error ** 2 / 2, 5);
  });

  it.each([{ output: [1] }, { output: [3, 4] }])(
    'is what gradients predict for small errors, $output',
    async ({ output }) => {
      const { model: source, weights, hidden } = network(output);
      const compared = await withSourceLogits(source, batches(), 1);
      const importance = await positionImportance(
        source,
        [{ name: 'site', value: hidden }],
        compared,
        1,
        'equal',
      );
      const last = importance!.get('site')!.axes.at(-1)!;
      // Two draws for each image: E[g²] = Σ_j w_kj² / (nσ²) at position k.
      const session = await OrtSession.create(source);
      const { data: y } = (await session.run({ shape: [images, 6], data })).get('y')!;
      await session.release();
      const size = sizeOf(output);
      let spread = 0;
      for (let j = 0; j < size; j++) {
        const column = Array.from({ length: images }, (_, i) => y[i * size + j]!);
        const mean = column.reduce((a, b) => a + b, 0) / images;
        spread += column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / images;
      }
      const power = Array.from({ length: 12 }, (_, k) =>
        weights.subarray(k * size, (k + 1) * size).reduce((sum, w) => sum + w * w, 0),
      );
      const expected = power.map((each) => each / spread);
      const got = Array.from(last, (sum) => sum / (2 * images));
      const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
      // Twenty draws are few; their sum is within a factor of two.
      expect(total(got) / total(expected)).toBeGreaterThan(0.5);
      expect(total(got) / total(expected)).toBeLessThan(2);
    },
  );

  it('is the agreement of detections where boxes are decoded, and their errors are told to each position', async () => {
    const { model: source, hidden } = await detector();
    const calibration = () => [{ shape: [images, 6], data }];
    const { model } = await convert(source, { method: rate, steps, calibration });
    const withoutTargets = async function* () {
      for await (const { targets: _, ...batch } of batches()) yield batch;
    };
    const compared = await withSourceLogits(source, withoutTargets(), 1, 'detection');
    const { measurement } = await measureNetwork(model, steps, compared, 1);
    const end = await evaluate({
      model,
      data: { size: images, batches: withoutTargets },
      quantised: false,
    });
    if (!end.finished || end.result.task?.name !== 'detection') throw new Error('not measured');
    expect(measurement.task).toBe('detection');
    expect(measurement.agreement).toBeCloseTo(end.result.task.steps.at(-1)!.agreement.value!, 10);
    expect(measurement.agreement).toBeLessThan(1);
    expect(measurement.top1).toBeNull();
    const sites = [{ name: 'site', value: hidden }];
    const importance = await positionImportance(source, sites, compared, 1, 'equal');
    expect(Math.max(...importance!.get('site')!.axes.at(-1)!)).toBeGreaterThan(0);
  });
});
