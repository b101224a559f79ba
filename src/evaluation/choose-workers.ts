import { counted } from '../counted.ts';
import { tensorsOf } from '../formats/onnx/encode-model.ts';
import type { Model } from '../graph/model.ts';
import { weightLoadingOf } from '../sessions/weight-loading.ts';

/** How an evaluation is spread over the machine. */
export interface WorkerChoice {
  /** Worker threads, each with both networks. */
  readonly workers: number;
  /** Threads of ONNX Runtime in each worker. */
  readonly threads: number;
  /** One line that says why there are fewer workers than processors; absent if there are not. */
  readonly reason?: string;
}

/** What there is to choose from. */
export interface Machine {
  /** Those that multiply at the same time: cores rather than hardware threads. */
  readonly processors: number;
  /** Memory that can be taken, in bytes. */
  readonly freeBytes: number;
}

/** What a worker keeps in memory beside both networks and what all runs need. */
export interface BesideNetworks {
  /** Quantised networks, a copy of the weights each. Default 0. */
  readonly quantised?: number;
  /** Bytes of what all networks answer to a batch. Default 0, since they seldom matter. */
  readonly answers?: number;
}

/** Memory of a worker beside its weights: JavaScript, ONNX Runtime, activations of a batch of a middling network. */
const bytesBesideWeights = 768 * 2 ** 20;

/** Copies of packed weights in a worker: one for each network, and a quarter on top while they are packed. */
const copiesOfWeights = 2.25;

/** Copies of the weights while a quantised network is loaded. */
const copiesWhileQuantised = 1;

/** Part of the free memory that workers may take. */
const share = 0.85;

/**
 * One worker for each processor, which is fastest, as far as their weights fit into memory; the processors left over
 * become threads of the workers.
 *
 * @param wanted number of workers, where the user gives it
 * @param batches there is no use in more workers than batches
 * @param beside what each worker keeps beside both networks
 */
export function chooseWorkers(
  model: Model,
  batches: number,
  wanted: number | undefined,
  { processors, freeBytes }: Machine,
  { quantised = 0, answers = 0 }: BesideNetworks = {},
): WorkerChoice {
  const threadsOf = (workers: number) => Math.max(1, Math.floor(processors / Math.max(1, workers)));
  if (wanted !== undefined) return { workers: wanted, threads: threadsOf(wanted) };
  const useful = Math.max(1, Math.min(processors, batches));
  const { bytes, common } = workerBytes(model, { quantised, answers });
  const free = share * freeBytes - common;
  const workers = Math.max(1, Math.min(useful, Math.floor(free / bytes)));
  const threads = threadsOf(workers);
  if (workers === useful) return { workers, threads };
  const needs = `each takes about ${gigabytes(bytes)}${common > 0 ? `, all of them ${gigabytes(common)} of weights` : ''}`;
  const reason = `${counted(workers, 'worker')} with ${counted(threads, 'thread')}: ${needs}, and ${gigabytes(freeBytes)} are free`;
  return { workers, threads, reason };
}

/** Memory of one worker, in bytes: its own, and what all workers of a process have in common. Estimates. */
export function workerBytes(
  model: Model,
  { quantised = 0, answers = 0 }: BesideNetworks = {},
): { readonly bytes: number; readonly common: number } {
  const weights = weightBytes(model);
  // Mapped weights are there once, whatever the number of workers.
  const mapped = weightLoadingOf(model) === 'mapped';
  const copies = (mapped ? 0 : copiesOfWeights) + quantised + (quantised > 0 ? copiesWhileQuantised : 0);
  return {
    bytes: bytesBesideWeights + answers + copies * weights,
    // All workers load the quantised networks from one copy of each.
    common: (mapped ? weights : 0) + quantised * weights,
  };
}

/** Memory of a source network and a spiking one that are loaded in one thread, in bytes. Mapped weights count for nothing: they can be read again. */
export function networkBytes(model: Model): number {
  return weightLoadingOf(model) === 'mapped' ? 0 : copiesOfWeights * weightBytes(model);
}

/** Bytes of the weights as float32. */
function weightBytes({ graph }: Model): number {
  return [...tensorsOf(graph)].reduce((sum, { size }) => sum + 4 * size, 0);
}

function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GB`;
}
