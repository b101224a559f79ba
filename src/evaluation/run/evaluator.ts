import { type EngineName, engines, type Synapses } from '../../engines/engines.ts';
import { planRun } from '../../engines/plan-run.ts';
import { type FloatTensor, imageCount } from '../../graph/float-tensor.ts';
import { classRows } from '../../metrics/class-rows.ts';
import { confidenceOfRows } from '../../metrics/confidence.ts';
import { topClassesOfRows } from '../../metrics/top-classes.ts';
import { quantisedNetwork } from '../../quantisation/quantised-networks.ts';
import type { Activity } from '../../results/activity.ts';
import type { ImageRecord } from '../../results/batch-record.ts';
import type { DenseNetwork, SpikingNetwork } from '../../spiking/network-kind.ts';
import { toSourceForm } from '../../spiking/spiking-form.ts';
import { Classifier, keptClasses } from './classifier.ts';
import type { QuantisationPlan } from './plan-quantisation.ts';

/** What the networks said about one batch. Plain data: it travels between threads and into run records. */
export interface BatchOutcome {
  /** Number of classes. */
  readonly classes: number;
  /** What they said about each image. */
  readonly images: readonly ImageAnswers[];
  /** Spikes of the batch; absent for a network that does not spike. */
  readonly activity?: Activity;
}

/** Best five classes of each network for one image. */
export type ImageAnswers = Omit<ImageRecord, 'id' | 'label'>;

/** Runs the source network, the spiking one and quantised ones on the same batches. */
export interface Evaluator {
  evaluate(batch: FloatTensor): Promise<BatchOutcome>;
  close(): Promise<void>;
}

/** What an evaluator is made from. */
export interface EvaluatorOptions {
  readonly network: DenseNetwork | SpikingNetwork;
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
export async function createEvaluator(options: EvaluatorOptions): Promise<Evaluator> {
  const { network, threads, quantisation } = options;
  const source = await Classifier.load(toSourceForm(network.model), 'source network', threads);
  const quantised: Classifier[] = [];
  if (quantisation) {
    for (const width of quantisation.widths) {
      const narrow = await quantisedNetwork(network.model, quantisation.table, width);
      quantised.push(await Classifier.load(narrow, 'quantised network', threads));
    }
  }
  const spikes = network.spiking ? await loadSpikes(network, options) : silence;
  return {
    async evaluate(batch) {
      const { classes, best } = await source.classify(batch);
      const others: number[][][] = [];
      for (const each of quantised) others.push((await each.classify(batch)).best);
      const { images, activity } = await spikes.run(batch);
      return {
        classes,
        images: images.map((answers, i) => ({
          source: best[i]!,
          ...answers,
          ...(others.length > 0 && { quantised: others.map((each) => each[i]!) }),
        })),
        ...(activity && { activity }),
      };
    },
    async close() {
      for (const each of [source, ...quantised]) await each.close();
      await spikes.close();
    },
  };
}

/** The spiking part of an evaluator. */
interface Spikes {
  run(batch: FloatTensor): Promise<{
    readonly images: readonly Pick<ImageRecord, 'steps' | 'confidence'>[];
    readonly activity?: Activity;
  }>;
  close(): Promise<void>;
}

const silence: Spikes = {
  run: async (batch) => ({ images: Array.from({ length: imageCount(batch) }, () => ({ steps: [] })) }),
  close: async () => undefined,
};

async function loadSpikes(
  { model, steps }: SpikingNetwork,
  { engine: name, threads, synapses, memoryMB }: EvaluatorOptions,
): Promise<Spikes> {
  const plan = planRun(model, { steps, statistics: true });
  const engine = await engines[name](plan, { threads, synapses, memoryMB });
  return {
    async run(batch) {
      const { logits, activity } = await engine.run(batch);
      const rows = classRows(logits, 2);
      const classes = topClassesOfRows(rows, keptClasses);
      const confidence = confidenceOfRows(rows).map((value) => Number(value.toPrecision(6)));
      const count = imageCount(batch);
      const overTime = <E>(rows: readonly E[], image: number) =>
        Array.from({ length: steps }, (_, t) => rows[t * count + image]!);
      const images = Array.from({ length: count }, (_, image) => ({
        steps: overTime(classes, image),
        confidence: overTime(confidence, image),
      }));
      return { images, ...(activity && { activity }) };
    },
    close: () => engine.close(),
  };
}
