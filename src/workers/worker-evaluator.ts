import { RuntimeError } from '../errors.ts';
import type { BatchOutcome, EvaluatedBatch } from '../evaluation/run/batch-outcome.ts';
import type { Evaluator, EvaluatorOptions } from '../evaluation/run/evaluator.ts';
import { usedExtensions } from '../extensions/register-extension.ts';
import { sampleCount } from '../graph/input-batch.ts';
import { EvaluationThread, WorkerDeath } from './evaluation-thread.ts';
import type { WorkerStart } from './evaluation-worker.ts';
import { sharedNetwork } from './shared-network.ts';

/** How often a batch is given to a new worker before it is taken for the cause of the deaths. */
const mostReplacements = 3;

/**
 * An evaluator in a thread of its own. One batch at a time. A thread that dies is replaced, and its batch is done again;
 * since a batch counts when its outcome is there, no image counts twice.
 *
 * @param onDeath told about every thread that is replaced
 * @throws RuntimeError if the networks cannot be loaded
 */
export async function createWorkerEvaluator(
  { network, quantised = [], ...options }: EvaluatorOptions,
  onDeath: (message: string) => void = () => undefined,
): Promise<Evaluator> {
  const start: WorkerStart = {
    model: sharedNetwork(network.model),
    quantised: quantised.map(sharedNetwork),
    ...(network.spiking && { steps: network.steps }),
    extensions: usedExtensions().map(({ path }) => path),
    ...options,
  };
  return new WorkerEvaluator(start, await EvaluationThread.start(start), onDeath);
}

class WorkerEvaluator implements Evaluator {
  readonly #start: WorkerStart;
  readonly #onDeath: (message: string) => void;
  #thread: EvaluationThread | undefined;
  #closed = false;

  constructor(start: WorkerStart, thread: EvaluationThread, onDeath: (message: string) => void) {
    this.#start = start;
    this.#thread = thread;
    this.#onDeath = onDeath;
  }

  /** @throws RuntimeError if the batch cannot be evaluated, or four threads in a row died of it */
  async evaluate(batch: EvaluatedBatch): Promise<BatchOutcome> {
    for (let deaths = 0; ; ) {
      try {
        this.#thread ??= await EvaluationThread.start(this.#start);
        return await this.#thread.evaluate(batch);
      } catch (error) {
        if (!(error instanceof WorkerDeath) || this.#closed) throw error;
        this.#thread = undefined;
        deaths++;
        if (deaths > mostReplacements) throw gaveUp(error, deaths, sampleCount(batch));
        this.#onDeath(
          `an evaluation worker died (${error.reason}); a new one does its ${sampleCount(batch)} images again`,
        );
      }
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#thread?.close();
  }
}

function gaveUp(death: WorkerDeath, deaths: number, images: number): RuntimeError {
  return new RuntimeError(
    {
      where: 'evaluation worker',
      expected: `an answer to a batch of ${images}`,
      got: `the death of ${deaths} workers, of the last one by: ${death.reason}`,
      remedy: 'Memory may have run out: try smaller batches or a single worker',
      means: ['batchSize', 'workers'],
    },
    { cause: death },
  );
}
