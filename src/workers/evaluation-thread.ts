import '../native/install.ts';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type ErrorContent, messageOf, OutOfMemoryError, RuntimeError } from '../errors.ts';
import type { BatchOutcome, EvaluatedBatch } from '../evaluation/run/batch-outcome.ts';
import { BatchMemory } from './batch-memory.ts';
import type { WorkerReply, WorkerRequest, WorkerStart } from './evaluation-worker.ts';
import { workerArguments } from './worker-arguments.ts';

/** The end of a worker thread that nobody asked for. */
export class WorkerDeath extends RuntimeError {
  readonly reason: string;

  constructor(reason: string) {
    super({
      where: 'evaluation worker',
      expected: 'an answer',
      got: reason,
      remedy: 'Memory may have run out: try smaller batches or a single worker',
      means: ['batchSize', 'workers'],
    });
    this.reason = reason;
  }
}

/** A thread with both networks, which evaluates one batch at a time. */
export class EvaluationThread {
  readonly #worker: Worker;
  /** Shared with the worker: a clone of every batch would be garbage of its size over there. */
  readonly #memory = new BatchMemory((bytes) => new SharedArrayBuffer(bytes));
  /** Set once the thread has ended, also between two batches, when nobody waits for an answer. */
  #death: WorkerDeath | undefined;
  #waiting: { resolve(reply: WorkerReply): void; reject(error: WorkerDeath): void } | undefined;

  private constructor(start: WorkerStart) {
    const script = new URL(`./evaluation-worker${extname(import.meta.url)}`, import.meta.url);
    this.#worker = new Worker(script, {
      workerData: start,
      execArgv: workerArguments(process.execArgv),
    });
    this.#worker.on('message', (reply: WorkerReply) => this.#waiting?.resolve(reply));
    this.#worker.on('error', (error) => this.#die(messageOf(error)));
    this.#worker.on('exit', (code) => this.#die(`an end with code ${code}`));
  }

  /** @throws RuntimeError if the networks cannot be loaded; WorkerDeath if the thread ends */
  static async start(start: WorkerStart): Promise<EvaluationThread> {
    const thread = new EvaluationThread(start);
    try {
      await thread.#answer();
      return thread;
    } catch (error) {
      await thread.close();
      throw error;
    }
  }

  /** @throws RuntimeError if the batch cannot be evaluated; WorkerDeath if the thread ends */
  async evaluate(batch: EvaluatedBatch): Promise<BatchOutcome> {
    const answer = this.#answer();
    const { targets, before } = batch;
    if (!this.#death) this.#tell({ batch: { ...this.#memory.copy(batch), targets, before } });
    const reply = await answer;
    if ('outcome' in reply) return reply.outcome;
    throw new RuntimeError({
      where: 'evaluation worker',
      expected: 'the outcome of a batch',
      got: 'an answer without one',
      remedy: 'Report this with what led to it',
    });
  }

  /** Ends the thread, without the outcome of a batch that it may be at. */
  async close(): Promise<void> {
    if (this.#death) return;
    const ended = new Promise((resolve) => this.#worker.once('exit', resolve));
    // It ends by itself, between two calls of ONNX Runtime: to be terminated amid one would abort the whole process.
    this.#tell({ end: true });
    await ended;
  }

  #tell(request: WorkerRequest): void {
    this.#worker.postMessage(request);
  }

  async #answer(): Promise<Exclude<WorkerReply, { error: ErrorContent }>> {
    if (this.#death) throw this.#death;
    const reply = await new Promise<WorkerReply>((resolve, reject) => {
      this.#waiting = { resolve, reject };
    }).finally(() => {
      this.#waiting = undefined;
    });
    if (!('error' in reply)) return reply;
    throw reply.outOfMemory ? new OutOfMemoryError(reply.error) : new RuntimeError(reply.error);
  }

  #die(reason: string): void {
    // An uncaught error is followed by an exit, which says less.
    this.#death ??= new WorkerDeath(reason);
    this.#waiting?.reject(this.#death);
  }
}
