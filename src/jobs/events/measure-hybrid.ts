import { type Batch, loadBatches, type TensorBatch } from '../../data/load-batch.ts';
import { type Operations, operationsOf } from '../../energy/count-operations.ts';
import type { Device } from '../../energy/define-device.ts';
import { devices } from '../../energy/devices/devices.ts';
import { totalEnergy } from '../../energy/energy-breakdown.ts';
import { fullEstimate } from '../../energy/full-estimate.ts';
import { sourceEstimate } from '../../energy/source-estimate.ts';
import { type SpikingLoad, spikingLoad } from '../../energy/spiking-load.ts';
import { engines } from '../../engines/engines.ts';
import { type Plan, planRun } from '../../engines/plan-run.ts';
import { addActivity } from '../../engines/spike-statistics.ts';
import { Stream } from '../../engines/stream.ts';
import { UsageError } from '../../errors.ts';
import type { FloatTensor } from '../../graph/float-tensor.ts';
import { sizeOf } from '../../graph/shape.ts';
import {
  type BorderTraffic,
  borderSites,
  borderTraffic,
  operatorsBehindBorder,
} from '../../hybrid/border-traffic.ts';
import { lookUp, mustExist } from '../../look-up.ts';
import { openDataset } from '../../opening/open-dataset.ts';
import type { Network } from '../../opening/open-network.ts';
import type { Activity } from '../../results/activity.ts';
import { besideSource, type ComparedNetwork } from '../../sessions/compared-network.ts';

/** What a hybrid network is measured on. */
export interface MeasureHybridSettings {
  /** Data set of events with classes, whose samples are one or more intervals long. */
  readonly data: string;
  /** Samples at most. Default: all */
  readonly limit?: number | undefined;
  /** Samples a batch. Default 16 */
  readonly batchSize?: number | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Energy of an interval on a device, in nanojoules. */
export interface IntervalEnergy {
  readonly device: string;
  readonly hybrid: number;
  /** The same layers on the mean of the interval's frames, all of them analog. */
  readonly analog: number;
  readonly ratio: number;
}

/** What a hybrid network does, and how well. */
export interface HybridMeasures {
  readonly samples: number;
  /** Share of right classes after each interval by itself. */
  readonly accuracies: readonly number[];
  /** Share of right classes by the sum of the answers of all intervals. */
  readonly accuracy: number;
  /** Spikes an interval by site, mean. */
  readonly spikes: Readonly<Record<string, number>>;
  /** Additions an interval that events and spikes trigger before the border, mean. */
  readonly accumulations: number;
  /** Multiply-accumulations an interval behind the border, and of the analog network. */
  readonly multiplyAccumulations: { readonly hybrid: number; readonly analog: number };
  readonly border: BorderTraffic;
  readonly energy: readonly IntervalEnergy[];
}

/**
 * Measures a hybrid network on streams of events: its classes after each interval and after all of them, its spikes, operations, traffic over the border
 * and energy by the full estimate, beside an analog network of the same layers that sees the mean of each interval. Each event counts as a spike
 * of the sensor, which triggers additions in the first layer.
 *
 * @throws UsageError for a network without spiking neurons and for samples that are not whole intervals; GraphError for one without a border
 */
export async function measureHybrid(
  network: Network,
  settings: MeasureHybridSettings,
): Promise<HybridMeasures> {
  if (!network.spiking) throw analogAlone(network);
  const plan = planRun(network, { statistics: true, stream: 'restarted' });
  const compared = await besideSource(network);
  const seen = await runSamples(network, plan, compared, settings);
  const { activity, intervals, samples } = seen;
  const operations = operationsOf(compared.source);
  const neurons = new Map(compared.sites.map(({ name, shape }) => [name, sizeOf(shape)]));
  const source = { graph: compared.source.model.graph, operations };
  const load = analogBehind(
    operatorsBehindBorder(network.model),
    spikingLoad(compared, source, activity, samples * intervals, neurons),
  );
  const spikes = Object.fromEntries(
    Object.entries(activity.spikes).map(([name, counts]) => [name, sum(counts) / (samples * intervals)]),
  );
  const border = borderSites(network.model).map(({ name }) => name);
  return {
    samples,
    accuracies: seen.right.map((right) => right / samples),
    accuracy: seen.rightAtLast / samples,
    spikes,
    accumulations: sum(load.work.flatMap(({ terms }) => terms.map((term) => sum(term.operations)))),
    multiplyAccumulations: {
      hybrid: sum(load.work.map(({ cost, terms }) => (terms.length === 0 ? cost.macs : 0))),
      analog: sum(operations.synaptic.map(({ macs }) => macs)),
    },
    border: borderTraffic(
      sum(border.map((name) => lookUp(neurons, name, 'site'))),
      sum(border.map((name) => spikes[name] ?? 0)),
    ),
    energy: devices.map((device) => energyOn(device, load, operations)),
  };
}

/** What stands behind the border multiplies the mean of an interval once, when the answer is wanted, however few spikes there were. */
function analogBehind(behind: ReadonlySet<string>, load: SpikingLoad): SpikingLoad {
  const work = load.work.map((each) =>
    behind.has(each.cost.name) ? { ...each, sites: [], terms: [], output: 'means' as const } : each,
  );
  return { ...load, work };
}

function energyOn(device: Device, load: SpikingLoad, operations: Operations): IntervalEnergy {
  const hybrid = totalEnergy(mustExist(fullEstimate(load, device).at(-1), 'a last step'));
  const analog = totalEnergy(sourceEstimate(operations, device));
  return { device: device.name, hybrid, analog, ratio: hybrid / analog };
}

/** What the samples gave. */
interface Seen {
  readonly samples: number;
  readonly intervals: number;
  readonly activity: Activity;
  /** Right answers of each interval. */
  readonly right: readonly number[];
  readonly rightAtLast: number;
}

async function runSamples(
  network: Network,
  plan: Plan,
  { source }: ComparedNetwork,
  { data, limit, batchSize = 16, onProgress }: MeasureHybridSettings,
): Promise<Seen> {
  const dataset = await openDataset(data, { limit, classes: network.classNames });
  const first = await dataset.sample(0);
  const shape = first.kind === 'tensor' ? first.tensor.shape : [];
  const intervals = requireIntervals(data, shape, plan.steps);
  const readers = source.operators.filter((operator) => operator.first).map(({ node }) => node.name);
  const engine = await engines.fast(plan, {});
  const right = new Array<number>(intervals).fill(0);
  let [samples, rightAtLast] = [0, 0];
  let activity: Activity | undefined;
  try {
    for await (const loaded of loadBatches(dataset, { inputShape: shape, batchSize, strict: true })) {
      const batch = alone(loaded);
      const stream = new Stream(engine);
      const sums: number[][] = batch.ids.map(() => []);
      for (let at = 0; at < intervals; at++) {
        const window = intervalOf(batch, at, plan.steps);
        const result = await stream.run(window);
        const seen = withEvents(mustExist(result.activity, 'activity'), window, readers);
        activity = activity ? addActivity(activity, seen) : seen;
        const answers = lastRows(result.logits, batch.ids.length);
        for (const [row, answer] of answers.entries()) {
          sums[row] = answer.map((each, k) => each + (sums[row]?.[k] ?? 0));
          if (largest(answer) === batch.labels[row]) right[at]! += 1;
        }
      }
      rightAtLast += sums.filter((answer, row) => largest(answer) === batch.labels[row]).length;
      samples += batch.ids.length;
      onProgress?.(samples, dataset.size);
    }
  } finally {
    await engine.close();
  }
  return { samples, intervals, activity: mustExist(activity, 'a sample'), right, rightAtLast };
}

/** Events come as one tensor. */
function alone(batch: Batch): TensorBatch {
  return batch as TensorBatch;
}

/** The frames of one interval, [N, n, …] of [N, T, …]. */
function intervalOf(
  { shape, data }: TensorBatch,
  interval: number,
  steps: number,
): FloatTensor<Float32Array> {
  const [samples = 0, all = 0, ...rest] = shape;
  const size = sizeOf(rest);
  const part = new Float32Array(samples * steps * size);
  for (let i = 0; i < samples; i++) {
    const from = (i * all + interval * steps) * size;
    part.set(data.subarray(from, from + steps * size), i * steps * size);
  }
  return { shape: [samples, steps, ...rest], data: part };
}

/** The activity with the events of each step, which are what the first operators read. */
function withEvents(
  activity: Activity,
  { shape: [samples = 0, steps = 1], data }: FloatTensor<Float32Array>,
  readers: readonly string[],
): Activity {
  const size = data.length / (samples * steps);
  const counts = Array.from({ length: steps }, (_, step) => {
    let events = 0;
    for (let i = 0; i < samples; i++) {
      const from = (i * steps + step) * size;
      events += sum(data.subarray(from, from + size));
    }
    return events;
  });
  return {
    ...activity,
    inputs: { ...activity.inputs, ...Object.fromEntries(readers.map((name) => [name, counts])) },
  };
}

/** The logits of the last step, a row for each sample. */
function lastRows({ shape, data }: FloatTensor, samples: number): number[][] {
  const classes = shape.at(-1) ?? 1;
  const from = data.length - samples * classes;
  return Array.from({ length: samples }, (_, i) =>
    Array.from(data.subarray(from + i * classes, from + (i + 1) * classes)),
  );
}

function largest(values: readonly number[]): number {
  return values.reduce((best, value, i) => (value > (values[best] ?? value) ? i : best), 0);
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** @returns number of intervals of a sample */
function requireIntervals(where: string, shape: readonly number[], interval: number): number {
  const [steps = 0] = shape;
  if (shape.length === 4 && steps % interval === 0) return steps / interval;
  throw new UsageError({
    where,
    expected: `samples [steps, 2, height, width] of a multiple of ${interval} steps, the interval of the network`,
    got: shape.length > 0 ? `[${shape.join(', ')}]` : 'samples that are no arrays',
    remedy: 'Give events, with the steps that go with the network, as event-glyphs:test,steps=6',
    means: ['data'],
  });
}

function analogAlone({ path }: Network): UsageError {
  return new UsageError({
    where: path,
    expected: 'a hybrid network with spiking neurons',
    got: 'a network that does not spike',
    remedy: 'Train one whose border is not 0',
  });
}
