import { join, resolve } from 'node:path';
import { givesNextTokens } from '../analysis/gives-next-tokens.ts';
import { logitsOf } from '../analysis/logits-of.ts';
import { classTable } from '../data/class-table.ts';
import type { Dataset } from '../data/dataset.ts';
import type { EngineName, Synapses } from '../engines/engines.ts';
import type { StreamAverages } from '../engines/require-stream.ts';
import { type BesideNetworks, chooseWorkers, workerBytes } from '../evaluation/choose-workers.ts';
import { type EvaluationEnd, evaluate } from '../evaluation/evaluate.ts';
import { measuredNetwork } from '../evaluation/measured-network.ts';
import { taskOf } from '../evaluation/task-of.ts';
import { withFolderLock } from '../files/folder-lock.ts';
import { absoluteDataPath } from '../opening/absolute-data-path.ts';
import type { Inputs } from '../opening/inputs.ts';
import { isArrays } from '../opening/named-files.ts';
import { openInputs } from '../opening/open-inputs.ts';
import type { Network } from '../opening/open-network.ts';
import { quantisedCount } from '../quantisation/plan-quantisation.ts';
import type { EvaluationResult } from '../results/evaluation-result.ts';
import type { PhaseName } from '../results/phase.ts';
import type { RunSettings } from '../results/run-settings.ts';
import { runFileName } from '../runs/run-folder.ts';
import { RunRecord } from '../runs/run-record.ts';
import { toSourceForm } from '../spiking/spiking-form.ts';
import type { TaskName } from '../tasks/tasks.ts';
import { freeMemory } from '../workers/free-memory.ts';
import { usableCores } from '../workers/usable-cores.ts';
import { defaultRunFolder } from './default-run-folder.ts';
import type { JobListener, JobOrigin } from './notice.ts';
import { openQueue } from './open-queue.ts';
import type { QueueSettings } from './queue-settings.ts';
import { readDetectionHead } from './read-detection-head.ts';
import { refuseIdle } from './refuse-idle.ts';
import { reportRun } from './report-run.ts';
import { tellLostLines } from './tell-lost-lines.ts';
import { tellOtherSteps } from './tell-other-steps.ts';
import { tellTokens } from './tell-tokens.ts';

/** How to evaluate a network. */
export interface EvaluateSettings extends JobOrigin, JobListener, QueueSettings {
  /** Images to measure on: a folder, a list, an .npy stack, an address of generated ones. */
  readonly data: string;
  /**
   * Classes of the images: a synset file, or integers for an .npy stack. For a task without classes, targets: a .npy array [N, …], a
   * table of numbers, or a folder of masks; for detection, a COCO file (`.json`) or an `.npz` file of boxes.
   */
  readonly labels?: string | undefined;
  /** What the network is for. Default: what the shape of its output says. */
  readonly task?: TaskName | undefined;
  /** Name of the output to measure. Default: the one called `logits`, else the first one. */
  readonly output?: string | undefined;
  /**
   * How boxes are read from the outputs, for detection: the name of a detection head, or a JSON file with it as `head` and with what it has to
   * be told. Default: what the names and shapes of the outputs say.
   */
  readonly head?: string | undefined;
  /** Part of the data to use where there are several. */
  readonly split?: string | undefined;
  /** Time-steps T; default: what the model was converted for. */
  readonly steps?: number | undefined;
  /** Use at most this many images, evenly spread. Default: all */
  readonly limit?: number | undefined;
  /** Images a batch. Default 8, or what an .npy stack has. */
  readonly batchSize?: number | undefined;
  /** Threads that evaluate. Default: as many as processors and memory allow. */
  readonly workers?: number | undefined;
  /** Bound of the memory for activations in each worker, in MB (fast engine only). */
  readonly memoryMB?: number | undefined;
  /** Folder of the record. Default: one in `runs` that the same settings find again. */
  readonly folder?: string | undefined;
  /** Whether to stop at the first image that cannot be read, instead of leaving it out. Default false. */
  readonly strict?: boolean | undefined;
  /** Default `fast`. */
  readonly engine?: EngineName | undefined;
  /** Numbers that weights are kept in. Default `float32`. */
  readonly synapses?: Synapses | undefined;
  /** Whether to evaluate the equal-bit quantised network, too. Default true. */
  readonly quantised?: boolean | undefined;
  /** A confidence threshold for early exits, in [0, 1]. */
  readonly exitConfidence?: number | undefined;
  /**
   * Takes the samples as a stream, in the order of the data: neurons go on from each to the next, in one worker. `restarted` is what can be
   * evaluated; an evaluation that was stopped begins anew. Default: every sample is by itself.
   */
  readonly stream?: StreamAverages | undefined;
  /** Stops after the batches that are under way; the same settings go on from there. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: EvaluationProgress) => void) | undefined;
  /** Told when a phase of the evaluation begins. */
  readonly onPhase?: ((name: PhaseName) => void) | undefined;
}

/** How far an evaluation has come. */
export interface EvaluationProgress {
  /** Images so far, those of an interrupted run included. */
  readonly done: number;
  readonly total: number;
  /** Images that could not be read. */
  readonly skipped: number;
  /** How the workers of a queue are doing, in a few words; absent without one. */
  readonly workers?: string;
}

/** The end of an evaluation, the folder of its record, and the path of the report if one could be drawn. */
export type NetworkEvaluation = { readonly folder: string } & (
  | { readonly finished: true; readonly result: EvaluationResult; readonly report: string | undefined }
  | { readonly finished: false; readonly done: number }
);

/**
 * Evaluates an opened network in worker threads, and leaves a record and a report in a folder. An evaluation that was stopped goes on
 * with the same settings; every image counts once.
 *
 * @throws UsageError if the folder cannot be written or holds another run, T < 1, or settings are for spiking networks and this is
 * none; DataError if the images cannot be used
 *
 * @example
 * ```ts
 * import { convertNetwork, evaluateNetwork, openNetwork } from 'transpike';
 *
 * const { network } = await convertNetwork(await openNetwork('vit/'), { calibration: 'x.npy', steps: 2 });
 * const end = await evaluateNetwork(network, { data: 'x.npy', folder: 'runs/evaluation', workers: 1 });
 * console.log(end.finished && end.result.steps.length); // 2
 * ```
 */
export async function evaluateNetwork(
  network: Network,
  settings: EvaluateSettings,
): Promise<NetworkEvaluation> {
  const { data, labels, split, limit, batchSize, strict = false } = settings;
  const steps = settings.steps ?? (network.spiking ? network.steps : undefined);
  if (network.spiking) tellOtherSteps(network, steps ?? network.steps, settings);
  else requireDense(network, settings);
  if (settings.stream)
    refuseIdle('a stream', settings, ['limit'], {
      because: 'of samples that are spread evenly and so do not follow one another',
    });
  const head = await readDetectionHead(settings.head);
  const { model, task: wanted } = await measuredNetwork(network.model, {
    task: settings.task,
    output: settings.output,
    head,
  });
  const task = await taskOf(toSourceForm(model), wanted);
  const tellsClasses = task === 'classification';
  const needsLabels = tellsClasses && !isArrays(data);
  const inputs = await openInputs(network, data, {
    ...(tellsClasses ? { labels } : { targets: labels }),
    split,
    limit,
    batchSize,
    strict,
    needsLabels,
  });
  tellTokens(inputs, settings);
  const { size, classNames } = inputs.dataset;
  if (tellsClasses) tellOfOtherClasses(network, classNames, settings);
  const decisive = { ...decisiveSettings(network, settings, steps, size), head };
  const folder = settings.folder ?? (await defaultRunFolder(network.name, decisive));
  const evaluateIn = async () => {
    const record = await openRecord(folder, decisive, inputs.dataset, settings);
    const end = await evaluateInto(record, { ...network, model }, inputs, steps, { ...settings, task });
    if (!end.finished) return { folder, ...end };
    const classes = classNames ?? (network.classNames && classTable(network.classNames, network.path).names);
    const report = await reportRun(folder, { ...network, classes }, settings);
    return { folder, ...end, report };
  };
  return withFolderLock(folder, evaluateIn);
}

/** Evaluates what a record lacks. */
async function evaluateInto(
  record: RunRecord,
  network: Network,
  inputs: Inputs,
  steps: number | undefined,
  settings: EvaluateSettings,
): Promise<EvaluationEnd> {
  const { engine = 'fast', synapses = 'float32', quantised = true, stream } = settings;
  const { onNotice, onProgress, signal } = settings;
  const {
    dataset: { size },
    batches,
    pictures,
    batchSize,
  } = inputs;
  const beside = besideNetworks(network, inputs, steps, quantised);
  const { workers, threads, reason } = chooseWorkers(
    network.model,
    Math.ceil(size / batchSize),
    settings.workers ?? (stream && 1),
    { processors: usableCores(), freeBytes: freeMemory() },
    beside,
  );
  if (reason && settings.queue === undefined)
    onNotice?.({ kind: 'few-workers', message: reason, means: ['workers'] });
  const queue = await openQueue(settings);
  const { bytes, common } = workerBytes(network.model, beside);
  const { strict = false } = settings;
  const queued = queue && {
    title: `evaluation of ${network.name}`,
    name: resolve(record.folder),
    images: size,
    // Processes share no copies but what is mapped.
    bytes: bytes + common,
    strict,
  };
  return evaluate({
    model: network.model,
    data: { size, batches, pictures },
    task: settings.task,
    elsewhere: queue && queued && queue.evaluation(queued),
    workers,
    threads,
    record,
    engine,
    synapses,
    quantised,
    exitConfidence: settings.exitConfidence,
    stream,
    memoryMB: settings.memoryMB,
    freeMemory,
    ...(signal && { signal }),
    ...(steps !== undefined && { steps }),
    onWarning: (message) => onNotice?.({ kind: 'recovered', message }),
    onPhase: (name) => settings.onPhase?.(name),
    onProgress: ({ done, skipped }) =>
      onProgress?.({ done, total: size, skipped, ...(queue && { workers: queue.describe() }) }),
  }).finally(() => queue?.close());
}

/** Answers are held where they are computed, and where they are judged. */
const copiesOfAnswers = 2;

/** What a worker keeps beside both networks. */
function besideNetworks(
  network: Network,
  { tokens, batchSize }: Inputs,
  steps: number | undefined,
  wantsQuantised: boolean,
): BesideNetworks {
  const quantised = network.spiking && wantsQuantised ? quantisedCount(network, steps ?? network.steps) : 0;
  const vocabulary = logitsOf(network.model).shape?.at(-1);
  const isLarge = tokens && givesNextTokens(network.model) && typeof vocabulary === 'number';
  const row = isLarge ? 4 * tokens.length * vocabulary : 0;
  return { quantised, answers: copiesOfAnswers * batchSize * row * (1 + quantised + (steps ?? 0)) };
}

/** What is about time-steps and spikes does nothing in a network that has none. */
function requireDense({ path }: Network, { quantised, ...settings }: EvaluateSettings): void {
  const spiking = ['steps', 'exitConfidence', 'engine', 'synapses', 'memoryMB', 'stream'] as const;
  const given = { ...settings, quantised: quantised === false ? 'false' : undefined };
  refuseIdle(path, given, [...spiking, 'quantised'], {
    because: 'for a network that does not spike',
    remedy: 'Convert it first, or leave that out',
  });
}

/** Everything that decides about the results. */
function decisiveSettings(
  network: Network,
  settings: EvaluateSettings,
  steps: number | undefined,
  images: number,
): RunSettings {
  const { data, labels, split, limit, engine = 'fast', synapses = 'float32' } = settings;
  return {
    model: network.path,
    fingerprint: network.fingerprint,
    data: absoluteDataPath(data),
    labels: labels === undefined ? undefined : resolve(labels),
    task: settings.task,
    output: settings.output,
    split,
    limit,
    steps,
    engine,
    synapses,
    stream: settings.stream,
    // Runs from before there was a choice count as the default.
    quantised: settings.quantised === false ? false : undefined,
    images,
  };
}

async function openRecord(
  folder: string,
  decisive: RunSettings,
  { size, id }: Dataset,
  settings: EvaluateSettings,
): Promise<RunRecord> {
  const ids = new Set(Array.from({ length: size }, (_, i) => id(i)));
  const inOrder = settings.stream !== undefined;
  const record = await RunRecord.open(folder, decisive, { ids, steps: Number(decisive.steps ?? 0), inOrder });
  tellLostLines(join(folder, runFileName('batches')), record.lost, settings);
  const done = record.done.reduce((sum, { predictions }) => sum + predictions.length, 0);
  if (done > 0) {
    const message = `going on after ${done} images of an interrupted run in ${folder}`;
    settings.onNotice?.({ kind: 'resumed', message });
  }
  if (record.again > 0) {
    const message = `beginning anew: ${record.again} images of an interrupted run in ${folder} are done again, since the state of the neurons behind them was not kept`;
    settings.onNotice?.({ kind: 'restarted', message });
  }
  return record;
}

/** Classes are numbered by their sorted names unless told otherwise: right only if all classes of the network are there. */
function tellOfOtherClasses(
  { model }: Network,
  names: readonly string[] | undefined,
  { onNotice }: JobListener,
): void {
  const classes = logitsOf(model).shape?.at(-1);
  if (!names || typeof classes !== 'number' || names.length === classes) return;
  const message = `the data have ${names.length} classes, the network ${classes}; classes are numbered in the order of their names. If that is not the network's order, give the labels`;
  onNotice?.({ kind: 'other-classes', message, means: ['labels'] });
}
