import { RuntimeError } from '../errors.ts';
import type { Model } from '../graph/model.ts';
import { topClassesOfRows } from '../metrics/top-classes.ts';
import { toSourceForm } from '../neurons/spiking-form.ts';
import { type EngineName, engines, type Synapses } from '../runtime/engines.ts';
import type { FloatTensor } from '../runtime/float-tensor.ts';
import { OrtSession } from '../runtime/ort-session.ts';
import { type Engine, planRun } from '../runtime/plan-run.ts';
import type { Activity } from '../runtime/spike-statistics.ts';

/** How many best classes are kept of each image. */
const keptClasses = 5;

/** What the networks said about one batch. Plain data: it travels between threads and into run records. */
export interface BatchOutcome {
  /** Number of classes. */
  readonly classes: number;
  /** Best five classes of the source network, for each image. */
  readonly source: readonly (readonly number[])[];
  /** Best five classes after each time-step, for each image; empty for a network that does not spike. */
  readonly steps: readonly (readonly (readonly number[])[])[];
  /** Spikes of the batch; absent for a network that does not spike. */
  readonly activity?: Activity;
}

/** Runs the source network and the spiking one on the same batches. */
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
}

/** Loads both networks into this thread. */
export async function createEvaluator({
  model,
  steps,
  threads,
  engine: name,
  synapses,
  memoryMB,
}: EvaluatorOptions): Promise<Evaluator> {
  const source = await OrtSession.create(toSourceForm(model), { threads });
  const logitsName = model.graph.outputs[0]!.name;
  const engine =
    steps === undefined
      ? undefined
      : await engines[name](planRun(model, { steps, statistics: true }), { threads, synapses, memoryMB });
  return {
    async evaluate(batch) {
      const logits = (await source.run(batch)).get(logitsName)!;
      requireFiniteLogits(logits);
      const rows = asRows(logits);
      const best = topClassesOfRows(rows, keptClasses);
      return { classes: rows.shape[1]!, source: best, ...(await spikingOutcome(engine, batch)) };
    },
    async close() {
      await source.release();
      await engine?.close();
    },
  };
}

async function spikingOutcome(
  engine: Engine | undefined,
  batch: FloatTensor,
): Promise<Omit<BatchOutcome, 'source' | 'classes'>> {
  if (!engine) return { steps: batchOf(batch).map(() => []) };
  const { logits, activity } = await engine.run(batch);
  const images = batch.shape[0]!;
  const rows = topClassesOfRows(logits, keptClasses);
  const steps = batchOf(batch).map((_, i) =>
    Array.from({ length: engine.plan.steps }, (_unused, t) => rows[t * images + i]!),
  );
  return { steps, ...(activity && { activity }) };
}

function batchOf({ shape }: FloatTensor): number[] {
  return Array.from({ length: shape[0]! }, (_, i) => i);
}

/** Logits [N, classes, 1, 1] of a fully convolutional network are [N, classes] too. */
function asRows({ shape, data }: FloatTensor): FloatTensor {
  return { shape: [shape[0]!, data.length / shape[0]!], data };
}

function requireFiniteLogits({ data, shape }: FloatTensor): void {
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  throw new RuntimeError({
    where: `source network: image ${Math.floor(at / (data.length / shape[0]!))} of a batch`,
    expected: 'finite logits',
    got: String(data[at]),
    remedy: 'Check that the network works in float32, and the preprocessing',
  });
}
