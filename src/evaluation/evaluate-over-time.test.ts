import { beforeAll, describe, expect, it } from 'vitest';
import { convert } from '../conversion/convert.ts';
import type { Batch } from '../data/load-batch.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { sizeOf } from '../graph/shape.ts';
import { Tensor } from '../graph/tensor.ts';
import { ecmt } from '../methods/ecmt.ts';
import { Random } from '../random.ts';
import { type EvaluationResult, evaluationSchema } from '../results/evaluation-result.ts';
import { giveTimeAxis } from '../spiking/inputs-over-time.ts';
import { evaluate } from './evaluate.ts';

const [images, steps] = [8, 4];
const random = new Random(3);
const numbers = (...shape: number[]) => Float32Array.from({ length: sizeOf(shape) }, () => random.normal());

/** A perceptron with two hidden layers. */
function perceptron(): Model {
  const graph = new Graph('perceptron');
  const build = new GraphBuilder(graph);
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 8] });
  const linear = (from: string, into: number, out: number) =>
    build.op('MatMul', [from, build.constant('w', Tensor.float32([into, out], numbers(into, out)))]);
  const hidden = build.op('Relu', [linear(build.op('Relu', [linear('x', 8, 16)]), 16, 16)]);
  build.op('Identity', [linear(hidden, 16, 3)], {}, { name: 'y' });
  graph.addOutput({ name: 'y', dataType: 'float32', shape: ['batch', 3] });
  return new Model(graph, 18);
}

const still = numbers(images, 8);
/** The same sample at every step. */
const film = Float32Array.from({ length: images * steps * 8 }, (_, i) => {
  const sample = Math.floor(i / (steps * 8));
  return still[sample * 8 + (i % 8)]!;
});

function batchOf(shape: number[], data: Float32Array): Batch {
  const ids = Array.from({ length: images }, String);
  return { ids, labels: ids.map((_, i) => i % 3), shape, data };
}

async function evaluated(source: Model, batch: Batch): Promise<EvaluationResult> {
  const { model } = await convert(source, { method: ecmt, steps, calibration: () => [batch] });
  const data = {
    size: images,
    async *batches() {
      yield batch;
    },
  };
  const end = await evaluate({ model, data });
  if (!end.finished) throw new Error('not finished');
  return evaluationSchema.parse(end.result);
}

describe('an evaluation on inputs over time', () => {
  let [constant, changing]: EvaluationResult[] = [];
  beforeAll(async () => {
    const network = perceptron();
    constant = await evaluated(network, batchOf([images, 8], still));
    changing = await evaluated(
      giveTimeAxis(network, { x: 'running-mean' }),
      batchOf([images, steps, 8], film),
    );
  });

  it('finds the same where they do not change', () => {
    const answers = ({ steps: each, source }: EvaluationResult) => [
      source.top1,
      each.map(({ top1, agreement }) => [top1, agreement]),
    ];
    expect(answers(changing!)).toEqual(answers(constant!));
    expect(changing!.diagnosis?.sites.map(({ error }) => error.total.toFixed(4))).toEqual(
      constant!.diagnosis?.sites.map(({ error }) => error.total.toFixed(4)),
    );
  });

  it('bills the first operator at every step', () => {
    const firstLayers = (result: EvaluationResult) =>
      result.steps.map(({ energy }) => energy.full[0]!.breakdown.firstLayer);
    const [once] = firstLayers(constant!);
    for (const [t, energy] of firstLayers(changing!).entries())
      expect(energy).toBeCloseTo((t + 1) * once!, 9);
  });
});
