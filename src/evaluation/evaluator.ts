import { type EngineName, engines, type Synapses } from '../engines/engines.ts';
import { type Engine, planRun } from '../engines/plan-run.ts';
import { type FloatTensor, imageCount } from '../graph/float-tensor.ts';
import type { Model } from '../graph/model.ts';
import { confidenceOfRows } from '../metrics/confidence.ts';
import { topClassesOfRows } from '../metrics/top-classes.ts';
import { quantisedNetwork } from '../quantisation/quantised-networks.ts';
import type { Activity } from '../results/activity.ts';
import { toSourceForm } from '../spiking/spiking-form.ts';
import { DenseNetwork, keptClasses } from './dense-network.ts';
import type { QuantisationPlan } from './plan-quantisation.ts';

/** What the networks said about one batch. Plain data: it travels between threads and into run records. */
export interface BatchOutcome {
  /** Number of classes. */
  readonly classes: number;
  /** Best five classes of the source network, for each image. */
  readonly source: readonly (readonly number[])[];
  /** Best five classes after each time-step, for each image; empty for a network that does not spike. */
  readonly steps: readonly (readonly (readonly number[])[])[];
  /** Confidence after each time-step, for each image; empty for a network that does not spike. */
  readonly confidence: readonly (readonly number[])[];
  /** Best five classes of each quantised network, for each image; empty if there are none. */
  readonly quantised: readonly (readonly (readonly number[])[])[];
  /** Spikes of the batch; absent for a network that does not spike. */
  readonly activity?: Activity;
}

/** Runs the source network, the spiking one and quantised ones on the same batches. */
export interface Evaluator {
  evaluate(batch: FloatTensor): Promise<BatchOutcome>;
  close(): Promise<void>;
}

/** What an evaluator is made from. */
export interface EvaluatorOptions {
  readonly model: Model;
  /** Time-steps; `undefined` for a network that does not spike. */
  readonly steps: number | undefined;
  /** Threads of ONNX Runtime. */
  readonly threads: number;
  readonly engine: EngineName;
  readonly synapses: Synapses;
  /** Bound of the memory for the fast engine's activations, in MB. */
  readonly memoryMB?: number | undefined;
  /** Quantised networks to run beside them. Default: none. */
  readonly quantisation?: QuantisationPlan | undefined;
}

/** Loads the networks into this thread. */
export async function createEvaluator({
  model,
  steps,
  threads,
  engine: name,
  synapses,
  memoryMB,
  quantisation,
}: EvaluatorOptions): Promise<Evaluator> {
  const logits = model.graph.outputs[0]!.name;
  const source = await DenseNetwork.load(toSourceForm(model), logits, 'source network', threads);
  const quantised: DenseNetwork[] = [];
  for (const width of quantisation?.widths ?? []) {
    const network = await quantisedNetwork(model, quantisation!.table, width);
    quantised.push(await DenseNetwork.load(network, logits, 'quantised network', threads));
  }
  const engine =
    steps === undefined
      ? undefined
      : await engines[name](planRun(model, { steps, statistics: true }), { threads, synapses, memoryMB });
  return {
    async evaluate(batch) {
      const { classes, best } = await source.classify(batch);
      const others: number[][][] = [];
      for (const network of quantised) others.push((await network.classify(batch)).best);
      return {
        classes,
        source: best,
        quantised: batchOf(batch).map((i) => others.map((each) => each[i]!)),
        ...(await spikingOutcome(engine, batch)),
      };
    },
    async close() {
      for (const network of [source, ...quantised]) await network.close();
      await engine?.close();
    },
  };
}

async function spikingOutcome(
  engine: Engine | undefined,
  batch: FloatTensor,
): Promise<Pick<BatchOutcome, 'steps' | 'confidence' | 'activity'>> {
  const images = batchOf(batch);
  if (!engine) return { steps: images.map(() => []), confidence: images.map(() => []) };
  const { logits, activity } = await engine.run(batch);
  const byImage = <E>(rows: readonly E[]) =>
    images.map((i) => Array.from({ length: engine.plan.steps }, (_, t) => rows[t * images.length + i]!));
  return {
    steps: byImage(topClassesOfRows(logits, keptClasses)),
    confidence: byImage(confidenceOfRows(logits).map((value) => Number(value.toPrecision(6)))),
    ...(activity && { activity }),
  };
}

function batchOf(batch: FloatTensor): number[] {
  return Array.from({ length: imageCount(batch) }, (_, i) => i);
}
