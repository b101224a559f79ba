import { logitsOf } from '../../analysis/logits-of.ts';
import type { Batch } from '../../data/load-batch.ts';
import { suppressionOf } from '../../detection/add-detections.ts';
import type { OperatorActivity } from '../../energy/ecmt-ratio.ts';
import { relativeEnergy, type SourceEnergy } from '../../energy/relative-energy.ts';
import { engines } from '../../engines/engines.ts';
import { planRun } from '../../engines/plan-run.ts';
import { addActivity } from '../../engines/spike-statistics.ts';
import { taskOf } from '../../evaluation/task-of.ts';
import { withNextTokens } from '../../evaluation/with-next-tokens.ts';
import { mapSamples, sampleCount } from '../../graph/input-batch.ts';
import type { Model } from '../../graph/model.ts';
import { lookUp } from '../../look-up.ts';
import { bestClass, compareLogits } from '../../metrics/divergence.ts';
import type { Activity } from '../../results/activity.ts';
import type { Measurement } from '../../results/tuning-entry.ts';
import { OrtSession } from '../../sessions/ort-session.ts';
import type { TaskName } from '../../tasks/tasks.ts';
import type { ComparedBatch } from './compared-batch.ts';
import { type OutputJudge, outputJudge } from './output-judge.ts';

/** A measurement, and where the energy goes. */
export interface MeasuredNetwork {
  readonly measurement: Measurement;
  /** Synaptic operations, summed over the images; empty where energy is not counted. */
  readonly operators: readonly OperatorActivity[];
}

/**
 * Runs the source network on images and keeps both.
 *
 * @param wanted what the network is for. Default: what the shape of its output says
 */
export async function withSourceLogits(
  source: Model,
  batches: AsyncIterable<Batch>,
  threads: number,
  wanted?: TaskName,
): Promise<ComparedBatch[]> {
  const session = await OrtSession.create(source, { threads });
  const { name } = logitsOf(source);
  const task = await taskOf(source, wanted);
  const suppression = suppressionOf(source);
  const spoken = withNextTokens({ batches: () => batches }, source);
  const compared: ComparedBatch[] = [];
  try {
    for await (const batch of task === 'next-token' ? spoken.batches() : batches) {
      const logits = lookUp(await session.run(batch), name, 'output');
      const classes = logits.data.length / sampleCount(batch);
      // The loader reuses its memory for the next batch.
      compared.push({
        ...mapSamples(batch, ({ shape, data }) => ({ shape, data: data.slice() })),
        labels: batch.labels,
        logits: logits.data.slice() as Float32Array,
        classes,
        task,
        output: logits.shape.slice(1),
        targets: batch.targets,
        suppression,
      });
    }
  } finally {
    await session.release();
  }
  return compared;
}

/** A spiking network beside its source, without what its energy comes to. Plain data: it travels between machines. */
export interface NetworkComparison {
  /** Its energies are null. */
  readonly measurement: Measurement;
  /** Spikes, summed over the images; absent where they were not counted. */
  readonly activity?: Activity | undefined;
}

/** Compares networks with their source on the images of a tuning that are held out, or on its probes. */
export type CompareNetwork = (
  model: Model,
  steps: number,
  images: 'held' | 'probes',
) => Promise<NetworkComparison>;

/**
 * Runs a spiking network and compares it with its source.
 *
 * @param source what the source network costs; without it energy is not counted
 */
export async function measureNetwork(
  model: Model,
  steps: number,
  batches: readonly ComparedBatch[],
  threads: number,
  source?: SourceEnergy,
): Promise<MeasuredNetwork> {
  const comparison = await compareNetwork(model, steps, batches, threads, source !== undefined);
  return withEnergy(comparison, model, source);
}

/** What a compared network needs beside its source. */
export function withEnergy(
  { measurement, activity }: NetworkComparison,
  model: Model,
  source: SourceEnergy | undefined,
): MeasuredNetwork {
  if (!source || !activity) return { measurement, operators: [] };
  const { ecmtRatios, fullRatios, operators } = relativeEnergy(source, model, activity, measurement.images);
  const energies = { ecmtRatio: ecmtRatios.at(-1) ?? null, fullRatio: fullRatios.at(-1) ?? null };
  return { measurement: { ...measurement, ...energies }, operators };
}

/** Runs a spiking network and compares it with its source. @param statistics whether to count spikes */
export async function compareNetwork(
  model: Model,
  steps: number,
  batches: readonly ComparedBatch[],
  threads: number,
  statistics: boolean,
): Promise<NetworkComparison> {
  const engine = await engines.fast(planRun(model, { steps, statistics }), { threads });
  const sums = new Sums(batches);
  try {
    for (const batch of batches) {
      const { logits, activity } = await engine.run(batch);
      const last = logits.data.subarray(logits.data.length - batch.logits.length) as Float32Array;
      sums.add(batch, last, activity);
    }
  } finally {
    await engine.close();
  }
  return { measurement: sums.measurement(), activity: sums.activity };
}

/** Adds up comparisons over batches. */
class Sums {
  images = 0;
  activity: Activity | undefined;
  #divergence = 0;
  #agreeing = 0;
  #labelled = 0;
  #right = 0;
  #sourceRight = 0;
  readonly #judge: OutputJudge | undefined;

  constructor(batches: readonly ComparedBatch[]) {
    this.#judge = outputJudge(batches);
  }

  add(batch: ComparedBatch, last: Float32Array, activity: Activity | undefined): void {
    const { logits, labels, classes } = batch;
    this.images += sampleCount(batch);
    if (activity) this.activity = this.activity ? addActivity(this.activity, activity) : activity;
    if (this.#judge) {
      this.#judge.add(batch, last);
      return;
    }
    const { divergence, agreeing } = compareLogits(logits, last, 0, classes);
    this.#divergence += divergence;
    this.#agreeing += agreeing;
    for (const [i, label] of labels.entries()) {
      if (label === undefined) continue;
      const row = (values: Float32Array) => values.subarray(i * classes, (i + 1) * classes);
      this.#labelled++;
      if (bestClass(row(last)) === label) this.#right++;
      if (bestClass(row(logits)) === label) this.#sourceRight++;
    }
  }

  measurement(): Measurement {
    const share = (count: number) => (this.#labelled === 0 ? null : count / this.#labelled);
    const classes = {
      divergence: this.#divergence / this.images,
      agreement: this.#agreeing / this.images,
      top1: share(this.#right),
      sourceTop1: share(this.#sourceRight),
    };
    return {
      images: this.images,
      calibrated: null,
      ...(this.#judge?.measurement() ?? classes),
      ecmtRatio: null,
      fullRatio: null,
    };
  }
}
