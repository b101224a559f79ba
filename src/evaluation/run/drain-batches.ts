import type { Batch } from '../../data/load-batch.ts';
import type { StreamState } from '../../engines/stream-state.ts';
import { OutOfMemoryError } from '../../errors.ts';
import { type InputBatch, isNamed, sampleCount, sliceSamples } from '../../graph/input-batch.ts';
import type { BatchOutcome } from './batch-outcome.ts';
import type { Evaluator } from './evaluator.ts';

/** What happens while batches are evaluated. */
export interface DrainOptions {
  /** Takes every outcome, with the part of the batch that it belongs to. */
  readonly onOutcome: (batch: Batch, outcome: BatchOutcome) => Promise<void>;
  readonly onWarning: (message: string) => void;
  /** Stops after the batches that are under way. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Lets evaluators take batches from a common source until there are none left. Where memory runs out, batches are halved
 * from then on. In a stream one evaluator takes all batches, since each goes on from the one before.
 *
 * @throws OutOfMemoryError if memory does not even do for one image; whatever evaluators and source throw
 */
export async function drainBatches(
  source: AsyncIterator<Batch>,
  evaluators: readonly Evaluator[],
  { onOutcome, onWarning, signal }: DrainOptions,
): Promise<void> {
  let most = Number.POSITIVE_INFINITY;
  let before: StreamState | undefined;

  async function evaluateInParts(evaluator: Evaluator, batch: Batch): Promise<void> {
    for (const part of partsOf(batch, most)) {
      const outcome = part.ids.length > most ? undefined : await outcomeOf(evaluator, part);
      await (outcome ? onOutcome(part, outcome) : evaluateInParts(evaluator, part));
    }
  }

  /** `undefined` where memory ran out. */
  async function outcomeOf(evaluator: Evaluator, part: Batch): Promise<BatchOutcome | undefined> {
    const images = sampleCount(part);
    try {
      const outcome = await evaluator.evaluate({ ...inputsOf(part), targets: part.targets, before });
      before = outcome.state;
      return outcome;
    } catch (error) {
      if (!(error instanceof OutOfMemoryError) || images === 1) throw error;
      const half = Math.ceil(images / 2);
      if (half < most)
        onWarning(`memory ran out with a batch of ${images}; going on with batches of ${half}`);
      most = Math.min(most, half);
      return undefined;
    }
  }

  async function drain(evaluator: Evaluator): Promise<void> {
    while (!signal?.aborted) {
      const next = await source.next();
      if (next.done) return;
      await evaluateInParts(evaluator, next.value);
    }
  }

  await Promise.all(evaluators.map(drain));
}

/** A batch in parts of at most this many images, in order. The parts share its memory. */
function partsOf(batch: Batch, most: number): Batch[] {
  if (batch.ids.length <= most) return [batch];
  const parts = Math.ceil(batch.ids.length / most);
  return Array.from({ length: parts }, (_, i) => partOf(batch, i * most, (i + 1) * most));
}

/** The images of a batch from one position up to another, which is left out. They share its memory. */
export function partOf(batch: Batch, from: number, to: number): Batch {
  return {
    ...sliceSamples(inputsOf(batch), from, to),
    ids: batch.ids.slice(from, to),
    labels: batch.labels.slice(from, to),
    ...(batch.targets && { targets: batch.targets.slice(from, to) }),
  };
}

/** The numbers of a batch alone. */
export function inputsOf(batch: Batch): InputBatch {
  return isNamed(batch)
    ? { inputs: batch.inputs, shared: batch.shared ?? [] }
    : { shape: batch.shape, data: batch.data };
}
