import '../native/install.ts';
import { parentPort, workerData } from 'node:worker_threads';
import { contentOf, type ErrorContent, OutOfMemoryError } from '../errors.ts';
import type { BatchOutcome, EvaluatedBatch } from '../evaluation/run/batch-outcome.ts';
import { createEvaluator, type Evaluator, type EvaluatorOptions } from '../evaluation/run/evaluator.ts';
import { useExtensions } from '../extensions/load-extensions.ts';
import { mustExist } from '../look-up.ts';
import { networkKind } from '../spiking/network-kind.ts';
import { BatchMemory } from './batch-memory.ts';
import { readSharedNetwork } from './shared-network.ts';

/** What a worker is started with. */
export type WorkerStart = Omit<EvaluatorOptions, 'network' | 'quantised'> & {
  /** Modules of the extensions that are in use. */
  readonly extensions: readonly string[];
  /** The network in shared memory. */
  readonly model: Uint8Array;
  /** Quantised networks to run beside it, likewise. */
  readonly quantised: readonly Uint8Array[];
  /** Time-steps of a spiking network. */
  readonly steps?: number;
};

/** What a worker is told: once it is ready, to evaluate a batch; at any time, to end. */
export type WorkerRequest = { readonly batch: EvaluatedBatch } | { readonly end: true };

/** What a worker says: first that it is ready, then an outcome for each batch. */
export type WorkerReply =
  | { readonly ready: true }
  | { readonly outcome: BatchOutcome }
  | { readonly error: ErrorContent; readonly outOfMemory: boolean };

const port = mustExist(parentPort ?? undefined, 'port to the main thread');

/** Inference blocks the event loop, so it lives here; the main thread only reports. */
async function main(): Promise<void> {
  let evaluator: Evaluator;
  // ONNX Runtime takes no shared memory, which batches come in.
  const memory = new BatchMemory((bytes) => new ArrayBuffer(bytes));
  port.on('message', (request: WorkerRequest) => {
    if ('end' in request) process.exit();
    const { batch } = request;
    const { targets, before } = batch;
    const copy = { ...memory.copy(batch), targets, before };
    evaluator.evaluate(copy).then((outcome) => reply({ outcome }), refuse);
  });
  const { model, quantised, steps, extensions, ...options } = workerData as WorkerStart;
  await useExtensions(extensions);
  const network = networkKind(readSharedNetwork(model));
  evaluator = await createEvaluator({
    network: network.spiking ? { ...network, steps: steps ?? network.steps } : network,
    quantised: quantised.map(readSharedNetwork),
    ...options,
  });
  reply({ ready: true });
}

function reply(message: WorkerReply): void {
  port.postMessage(message);
}

function refuse(error: unknown): void {
  reply({ error: contentOf(error), outOfMemory: error instanceof OutOfMemoryError });
}

main().catch(refuse);
