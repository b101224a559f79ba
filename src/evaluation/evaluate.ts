import { freeBatch } from '../batching/free-batch.ts';
import { withLengthsOfData } from '../conversion/lengths-of-data.ts';
import { seenDigests } from '../conversion/seen-images.ts';
import type { Batch } from '../data/load-batch.ts';
import { diagnosedImages } from '../diagnosis/diagnose-few-images.ts';
import type { EngineName, Synapses } from '../engines/engines.ts';
import type { StreamAverages } from '../engines/require-stream.ts';
import { UsageError } from '../errors.ts';
import type { Model } from '../graph/model.ts';
import { planQuantisation, type QuantisationPlan, rangeImages } from '../quantisation/plan-quantisation.ts';
import { quantisedNetworks } from '../quantisation/quantised-networks.ts';
import type { EvaluationResult } from '../results/evaluation-result.ts';
import type { PhaseName } from '../results/phase.ts';
import type { RunTraces } from '../results/traces.ts';
import { besideSource, type ComparedNetwork } from '../sessions/compared-network.ts';
import { withKnownLengths } from '../sessions/known-lengths.ts';
import { checkSteps } from '../spiking/check-steps.ts';
import { type DenseNetwork, networkKind } from '../spiking/network-kind.ts';
import type { TaskName } from '../tasks/tasks.ts';
import type { DeclaredHead } from '../tasks/with-detections.ts';
import { diagnoseWithinMemory, notDiagnosed } from './diagnose-within-memory.ts';
import { measuredNetwork } from './measured-network.ts';
import { requireStreaming } from './require-streaming.ts';
import { BatchCollector, type EvaluationProgress, type EvaluationRecord } from './run/batch-collector.ts';
import type { BatchOutcome } from './run/batch-outcome.ts';
import { comparedImages, compareSynapses } from './run/compare-synapses.ts';
import { evaluateBatches } from './run/evaluate-batches.ts';
import type { EvaluateElsewhere } from './run/evaluate-elsewhere.ts';
import { type EvaluationData, EvaluationImages } from './run/evaluation-images.ts';
import { PhaseClock } from './run/phase-clock.ts';
import { summarise } from './summary/summarise.ts';
import { taskOf } from './task-of.ts';
import { withNextTokens } from './with-next-tokens.ts';

/** What to evaluate, and how. */
export interface EvaluateOptions {
  readonly model: Model;
  /** Time-steps of a spiking model; default: what it is set to. */
  readonly steps?: number;
  readonly data: EvaluationData;
  /** What the network is for. Default: what the shape of its output says. */
  readonly task?: TaskName | undefined;
  /** Name of the output to measure. Default: the one called `logits`, else the first one. */
  readonly output?: string | undefined;
  /** How boxes are read from the outputs, for detection. Default: what their names and shapes say. */
  readonly head?: DeclaredHead | undefined;
  /** Threads that evaluate, each with its own networks; 0 runs everything in this thread. Default 0. */
  readonly workers?: number;
  /** Threads of ONNX Runtime in each worker. Default 1. */
  readonly threads?: number;
  /** Evaluates the images on other machines; workers then serve what else is to be done. Default: workers do. */
  readonly elsewhere?: EvaluateElsewhere | undefined;
  /** Engine for the spiking network. Default `fast`. */
  readonly engine?: EngineName;
  /** Numbers that synaptic weights are kept in; `int8` for the fast engine only. Default `float32`. */
  readonly synapses?: Synapses;
  /** Bound of the memory for the fast engine's activations in each worker, in MB; see SegmentedOptions. */
  readonly memoryMB?: number | undefined;
  /** Tells how much memory can still be taken, in bytes; the diagnosis keeps to it. Default: as much as it wants. */
  readonly freeMemory?: (() => number) | undefined;
  /** Whether to evaluate the source network with as many bits as the spikes carry, too. Default true. */
  readonly quantised?: boolean;
  /** A confidence threshold for early exits beside those of the sweep, in [0, 1]. */
  readonly exitConfidence?: number | undefined;
  /**
   * Runs a spiking network on the samples as on a stream, in the order of the data: the neurons go on from each sample to the next. Averages
   * restart with each sample, since that is what the source network answers to; `continued` is refused. One evaluator does all of them.
   * Default: every sample is by itself.
   */
  readonly stream?: StreamAverages | undefined;
  /** Where every finished batch is written, and from where an interrupted run goes on. */
  readonly record?: EvaluationRecord;
  /** Stops after the batches that are under way. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: EvaluationProgress) => void;
  /** Told when a phase begins. */
  readonly onPhase?: (name: PhaseName) => void;
  /** Told when a worker died and was replaced, or batches had to be made smaller. */
  readonly onWarning?: (message: string) => void;
}

/** The end of an evaluation: all results, or, when it was stopped, how far it came. */
export type EvaluationEnd =
  | { readonly finished: true; readonly result: EvaluationResult }
  | { readonly finished: false; readonly done: number };

/**
 * Evaluates a network at every time-step beside its source network, on the same images. Each image counts once,
 * however often the run is interrupted and continued.
 *
 * @throws UsageError if T < 1, there is no such output, it does not fit the task, or something else is asked for that a stream has not;
 * ConversionError if the neurons cannot go on from one sample of a stream to the next; whatever the data and the networks throw
 */
export async function evaluate(options: EvaluateOptions): Promise<EvaluationEnd> {
  const clock = new PhaseClock(options.onPhase);
  clock.begin('shapes');
  const { model: measured, task: wanted } = await measuredNetwork(options.model, options);
  const network = await networkOf(measured, options);
  const { model, shapes } = network.spiking ? network.source : { ...network, shapes: undefined };
  const task = await taskOf(model, wanted, shapes);
  refuseExits(task, options);
  requireStreaming(network, options);
  const read = task === 'next-token' ? { ...options, data: withNextTokens(options.data, model) } : options;
  const run = startRun(read, network, task, clock);
  try {
    return network.spiking ? await evaluateSpiking(network, run) : await evaluateDense(network, run);
  } finally {
    await run.images.close();
  }
}

/** The network that is evaluated: a dense one with a free batch, a spiking one with the wanted steps beside its source. */
async function networkOf(
  measured: Model,
  { steps, data }: EvaluateOptions,
): Promise<DenseNetwork | ComparedNetwork> {
  // What a network costs depends on the lengths that it leaves open.
  const model = await withLengthsOfData(measured, () => data.batches(new Set(), () => undefined));
  const network = networkKind(model);
  if (network.spiking) return besideSource({ ...network, steps: checkSteps(steps ?? network.steps) });
  return { ...network, model: await freeBatch(await withKnownLengths(model)) };
}

/** To stop when sure of a class takes classes. */
function refuseExits(task: TaskName, { exitConfidence }: EvaluateOptions): void {
  if (exitConfidence === undefined || task === 'classification') return;
  throw new UsageError({
    where: 'early exits',
    expected: 'a network that tells classes',
    got: `one for ${task}`,
    remedy: 'Leave the confidence out',
    means: ['task'],
  });
}

type Run = ReturnType<typeof startRun>;

function startRun(
  options: EvaluateOptions,
  { model, spiking }: DenseNetwork | ComparedNetwork,
  task: TaskName,
  clock: PhaseClock,
) {
  const { data, record, workers = 0, threads = 1, engine = 'fast', synapses = 'float32' } = options;
  const { quantised = true, onWarning = () => undefined, exitConfidence, memoryMB, signal } = options;
  const collector = new BatchCollector(record, data.size, task, seenDigests(model), options.onProgress);
  const looks = [rangeImages, diagnosedImages, ...(synapses === 'int8' ? [comparedImages] : [])];
  const again = spiking ? Math.max(...looks) : 0;
  const stream = options.stream !== undefined;
  return {
    task,
    clock,
    collector,
    images: new EvaluationImages(data, collector, again),
    pictures: data.pictures,
    elsewhere: options.elsewhere,
    record,
    freeMemory: options.freeMemory,
    quantised,
    exitConfidence,
    signal,
    stream,
    /** How batches are evaluated. */
    running: { task, workers, threads, engine, synapses, memoryMB, stream, signal, onWarning },
  };
}

async function evaluateDense(network: DenseNetwork, run: Run): Promise<EvaluationEnd> {
  await evaluateImages(network, run);
  if (run.signal?.aborted) return stop(run);
  run.clock.begin('summary');
  const summary = summarise(network, run.collector.batches, { task: run.task });
  return finish(run, { ...summary, synapses: null, conversionErrors: [], diagnosis: null });
}

async function evaluateSpiking(network: ComparedNetwork, run: Run): Promise<EvaluationEnd> {
  const { task, clock, images, collector, running, exitConfidence, signal, stream } = run;
  if (run.quantised) clock.begin('quantisation');
  const quantisation = run.quantised
    ? await planQuantisation(network, () => images.first(rangeImages), running.onWarning)
    : undefined;
  await evaluateImages(network, run, quantisation);
  const synapses = await synapsesOf(network, run);
  if (signal?.aborted) return stop(run);
  // Of the first samples of a stream the first one alone would be seen as it was evaluated.
  const { conversionErrors, diagnosis, traces } = stream ? notDiagnosed : await diagnose(network, run);
  clock.begin('summary');
  const summary = summarise(network, collector.batches, { task, quantisation, exitConfidence, stream });
  return finish(run, { ...summary, synapses, conversionErrors, diagnosis }, traces);
}

/** What 8-bit synapses cost, told by the classes that they change. */
async function synapsesOf(network: ComparedNetwork, { task, clock, images, collector, running }: Run) {
  if (running.synapses !== 'int8' || running.signal?.aborted) return null;
  if (task === 'classification') {
    clock.begin('synapses');
    return compareSynapses(collector.predictions, images.firstImages(), { ...running, network });
  }
  running.onWarning(
    `what 8-bit synapses cost is measured on classes alone; to see it for ${task}, evaluate on float32 synapses, too`,
  );
  return null;
}

async function diagnose(network: ComparedNetwork, { clock, images, record, freeMemory, running }: Run) {
  clock.begin('diagnosis');
  const { workers, threads, memoryMB, onWarning } = running;
  // The workers have ended: their processors are free.
  const all = threads * Math.max(1, workers);
  return diagnoseWithinMemory(network, { images, record, threads: all, memoryMB, freeMemory, onWarning });
}

/** The quantised networks of a plan: made once, whatever the number of workers. */
async function networksOf(
  network: DenseNetwork | ComparedNetwork,
  plan: QuantisationPlan | undefined,
): Promise<Model[] | undefined> {
  if (!network.spiking || !plan) return undefined;
  const { source, sites } = network;
  const { table, widths } = plan;
  const networks: Model[] = [];
  for await (const network of quantisedNetworks(source, sites, table, widths)) networks.push(network);
  return networks;
}

/** Evaluates all images that are not done yet. */
async function evaluateImages(
  network: DenseNetwork | ComparedNetwork,
  { clock, images, pictures, collector, running, elsewhere }: Run,
  quantisation?: QuantisationPlan,
): Promise<void> {
  clock.begin('loading');
  const common = {
    ...running,
    network,
    onReady: () => {
      clock.begin('images');
      collector.start();
    },
    onOutcome: (batch: Batch, outcome: BatchOutcome) => collector.add(batch, outcome),
  };
  if (elsewhere) {
    await elsewhere({
      ...common,
      quantisation,
      batches: () => images.remaining(),
      pictures: pictures && { ...pictures, batches: () => pictures.batches(collector.ids) },
      onAnswers: (samples, met, outcome) => collector.addSeen(samples, met, outcome),
      onSkipped: (id, reason) => collector.skip(id, reason),
    });
  } else {
    await evaluateBatches(images.remaining(), {
      ...common,
      quantised: await networksOf(network, quantisation),
    });
  }
  await collector.finish();
}

function stop({ collector }: Run): EvaluationEnd {
  return { finished: false, done: collector.predictions.length };
}

async function finish(
  { clock, record }: Run,
  measured: Omit<EvaluationResult, 'phases'>,
  traces?: RunTraces,
): Promise<EvaluationEnd> {
  const result = { ...measured, phases: [...clock.end()] };
  await record?.finish(result, traces);
  return { finished: true, result };
}
