import { beforeAll, describe, expect, it } from 'vitest';
import { convert } from '../conversion/convert.ts';
import type { Batch } from '../data/load-batch.ts';
import { createOracleEngine } from '../engines/oracle-engine.ts';
import { planRun } from '../engines/plan-run.ts';
import { addActivity } from '../engines/spike-statistics.ts';
import { Stream } from '../engines/stream.ts';
import { OutOfMemoryError } from '../errors.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { sampleCount } from '../graph/input-batch.ts';
import { Model } from '../graph/model.ts';
import { sizeOf } from '../graph/shape.ts';
import { Tensor } from '../graph/tensor.ts';
import { cos } from '../methods/cos.ts';
import { rate } from '../methods/rate.ts';
import { Random } from '../random.ts';
import type { Activity } from '../results/activity.ts';
import type { BatchRecord } from '../results/batch-record.ts';
import { type EvaluationResult, evaluationSchema } from '../results/evaluation-result.ts';
import { giveTimeAxis } from '../spiking/inputs-over-time.ts';
import { networkKind } from '../spiking/network-kind.ts';
import { type EvaluateOptions, evaluate } from './evaluate.ts';
import { drainBatches } from './run/drain-batches.ts';
import { createEvaluator } from './run/evaluator.ts';

const [samples, steps] = [7, 3];
const random = new Random(3);
const numbers = (...shape: number[]) => Float32Array.from({ length: sizeOf(shape) }, () => random.normal());

/** A perceptron with two hidden layers, whose input changes. */
function perceptron(): Model {
  const graph = new Graph('perceptron');
  const build = new GraphBuilder(graph);
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 8] });
  const linear = (from: string, into: number, out: number) =>
    build.op('MatMul', [from, build.constant('w', Tensor.float32([into, out], numbers(into, out)))]);
  const hidden = build.op('Relu', [linear(build.op('Relu', [linear('x', 8, 16)]), 16, 16)]);
  // Where nothing is sent in a window, no two classes are equal.
  const biases = build.constant('b', Tensor.float32([3], [0.1, 0.3, 0.2]));
  build.op('Add', [linear(hidden, 16, 3), biases], {}, { name: 'y' });
  graph.addOutput({ name: 'y', dataType: 'float32', shape: ['batch', 3] });
  return giveTimeAxis(new Model(graph, 18), { x: 'running-mean' });
}

const film = numbers(samples, steps, 8);
const calibration = () => [{ shape: [16, steps, 8], data: numbers(16, steps, 8) }];

function batchOf(from: number, to: number): Batch {
  const ids = Array.from({ length: to - from }, (_, i) => String(from + i));
  const data = film.subarray(from * steps * 8, to * steps * 8);
  return { ids, labels: ids.map((id) => Number(id) % 3), shape: [to - from, steps, 8], data };
}

function* batchesOf(size: number): Generator<Batch> {
  for (let from = 0; from < samples; from += size) yield batchOf(from, Math.min(samples, from + size));
}

type Evaluated = { result: EvaluationResult; batches: BatchRecord[] };

async function evaluated(model: Model, size: number, options: Partial<EvaluateOptions>): Promise<Evaluated> {
  const batches: BatchRecord[] = [];
  const record = {
    done: [],
    add: async (batch: BatchRecord) => void batches.push(batch),
    finish: async () => undefined,
  };
  const data = {
    size: samples,
    async *batches() {
      yield* batchesOf(size);
    },
  };
  const end = await evaluate({ model, data, record, ...options });
  if (!end.finished) throw new Error('not finished');
  return { result: evaluationSchema.parse(end.result), batches };
}

let model: Model;
let alone: Evaluated;
beforeAll(async () => {
  ({ model } = await convert(perceptron(), { method: rate, steps, calibration }));
  alone = await evaluated(model, 3, { quantised: false });
});

const activityOf = (batches: readonly BatchRecord[]) =>
  batches
    .map(({ activity }) => activity!)
    .reduce<Activity | undefined>((sum, each) => (sum ? addActivity(sum, each) : each), undefined);
const predictionsOf = ({ batches }: Evaluated) => batches.flatMap(({ predictions }) => predictions);

describe('an evaluation of a stream', () => {
  it('goes on from each sample to the next, whatever batches they come in', async () => {
    const engine = createOracleEngine(planRun(model, { statistics: true, stream: 'restarted' }));
    const stream = new Stream(engine);
    const [spikes, best]: [Activity[], number[]] = [[], []];
    for (const { data } of batchesOf(1) as Iterable<{ data: Float32Array }>) {
      const { activity, logits } = await stream.run({ shape: [1, steps, 8], data });
      spikes.push(activity!);
      const last = [...logits.data.slice(-3)];
      best.push(last.indexOf(Math.max(...last)));
    }
    const expected = spikes.reduce(addActivity);
    for (const size of [1, 3, samples]) {
      const found = await evaluated(model, size, { stream: 'restarted', quantised: false });
      expect(activityOf(found.batches)).toEqual(expected);
      expect(predictionsOf(found).map(({ steps: each }) => each.at(-1)![0])).toEqual(best);
      expect(predictionsOf(found).map(({ source }) => source)).toEqual(
        predictionsOf(alone).map(({ source }) => source),
      );
    }
    expect(activityOf(alone.batches)).not.toEqual(expected);
  });

  it('says so in the result, which has no early exits and no diagnosis', async () => {
    const { result } = await evaluated(model, 3, { stream: 'restarted' });
    expect(result).toMatchObject({
      stream: 'restarted',
      earlyExit: [],
      diagnosis: null,
      conversionErrors: [],
    });
    expect(result.quantised?.networks.length).toBeGreaterThan(0);
    expect(alone.result.stream).toBeNull();
    expect(alone.result.earlyExit.length).toBeGreaterThan(0);
  });

  it('goes on from the right state where memory runs out amid it', async () => {
    const whole = await evaluated(model, samples, { stream: 'restarted', quantised: false });
    const network = networkKind(model);
    const options = {
      network,
      threads: 1,
      engine: 'fast',
      synapses: 'float32',
      task: 'classification',
      stream: true,
    } as const;
    const evaluator = await createEvaluator(options);
    const scarce = {
      ...evaluator,
      evaluate: (batch: Parameters<typeof evaluator.evaluate>[0]) =>
        sampleCount(batch) > 2
          ? Promise.reject(new OutOfMemoryError('no memory'))
          : evaluator.evaluate(batch),
    };
    const activities: Activity[] = [];
    async function* source() {
      yield* batchesOf(5);
    }
    await drainBatches(source(), [scarce], {
      onOutcome: async (_, { activity }) => void activities.push(activity!),
      onWarning: () => undefined,
      signal: undefined,
    });
    await evaluator.close();
    expect(activities.length).toBeGreaterThan(2);
    expect(activities.reduce(addActivity)).toEqual(activityOf(whole.batches));
  });

  it('refuses what a stream has not', async () => {
    const refusal = (options: Partial<EvaluateOptions>, of = model) =>
      expect(evaluated(of, 3, { stream: 'restarted', ...options })).rejects;
    await refusal({ stream: 'continued' }).toThrow(
      'evaluation of a stream: expected averages that restart with each sample, which is what the source network answers to, got averages that go on over all samples. Let them restart, or run the stream and measure what it gives.',
    );
    await refusal({ exitConfidence: 0.9 }).toThrow(
      'evaluation of a stream: expected no early exit, behind which the next sample would go on from another state, got confidence 0.9. Leave it out.',
    );
    await refusal({ workers: 2 }).toThrow(
      'evaluation of a stream: expected one worker, since each sample goes on from the one before, got 2. Give one worker more threads instead.',
    );
    await refusal({}, perceptron()).toThrow(
      'evaluation of a stream: expected a spiking network, whose neurons have a state, got one that does not spike. Convert it first.',
    );
    const { model: rehearsing } = await convert(perceptron(), { method: cos, steps, calibration });
    await refusal({}, rehearsing).toThrow(
      "expected neurons that know no future, got 'offset-calibrating', which rehearses on the mean over the whole window.",
    );
  });
});
