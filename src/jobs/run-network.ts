import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { logitsOf } from '../analysis/logits-of.ts';
import { type EngineName, engines, type Synapses } from '../engines/engines.ts';
import { createOracleEngine } from '../engines/oracle-engine.ts';
import { type Engine, type Plan, planRun } from '../engines/plan-run.ts';
import type { StreamAverages } from '../engines/require-stream.ts';
import { integerSynapseUse } from '../engines/segmented/integer-synapse-use.ts';
import { joinTrains, type SpikeTrain, spikeTrains, spikeValues } from '../engines/spike-trains.ts';
import { runStream } from '../engines/stream.ts';
import { UsageError } from '../errors.ts';
import { concatenate, type FloatTensor } from '../graph/float-tensor.ts';
import { type InputBatch, sampleCount, sliceSamples } from '../graph/input-batch.ts';
import { lookUp } from '../look-up.ts';
import { type StoppedLogits, stopWhenConfident } from '../metrics/stop-when-confident.ts';
import type { Network } from '../opening/open-network.ts';
import type { IntegerSynapseUse } from '../results/synapse-result.ts';
import { sitesOf } from '../spiking/neuron-node.ts';
import type { JobListener } from './notice.ts';
import { type OutputFile, outputFiles, writeOutputs } from './output-files.ts';
import { readInput } from './read-input.ts';
import { refuseIdle } from './refuse-idle.ts';
import { inputsOf, type OutputSettings, requireWritable } from './require-writable.ts';
import { type SpikeForm, writeSpikes } from './spike-files.ts';
import { tellOtherSteps } from './tell-other-steps.ts';

/** Numbers that a network is run in. */
export type Precision = 'float32' | 'float64';

/** How to run a network on numbers. */
export interface RunNetworkSettings extends OutputSettings, JobListener {
  /** Inputs: an .npy file [N, …]; for a network with several an .npz file, or `name=file` for each, joined by commas. */
  readonly input: string;
  /** Time-steps T; default: what the model is set to. */
  readonly steps?: number | undefined;
  /** `float32` on an engine; or `float64`, the slow reference, which is no engine's and keeps to no memory. Default `float32`. */
  readonly precision?: Precision | undefined;
  /** Default `fast`. */
  readonly engine?: EngineName | undefined;
  /** Numbers that weights are kept in. Default `float32`. */
  readonly synapses?: Synapses | undefined;
  /** Inputs a batch. Default 8. */
  readonly batchSize?: number | undefined;
  /** Bound of the memory for activations, in MB (fast engine only). */
  readonly memoryMB?: number | undefined;
  /** Lets each input stop at the first step whose largest softmax is at least this, in [0, 1]. All steps are computed. */
  readonly exitConfidence?: number | undefined;
  /**
   * Runs inputs over time [N, L, …] as a stream, in windows of T steps one after the other, and says what becomes of averages at their borders.
   * Default: L is T.
   */
  readonly stream?: StreamAverages | undefined;
  /** File for the spikes of every site by its name, .npz. Default: they are not written. */
  readonly spikes?: string | undefined;
  /** `dense`: what each neuron emits at each step, [T, N, …]; `events`: a row for each spike. Default `dense`. */
  readonly spikesAs?: SpikeForm | undefined;
  /** Threads of ONNX Runtime. Default: as many as the machine runs at once. */
  readonly threads?: number | undefined;
  /** Stops before the next batch: the job then throws the reason of the abortion. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: RunProgress) => void) | undefined;
}

/** How far a run has come, in inputs. */
export interface RunProgress {
  readonly done: number;
  readonly total: number;
}

/** What a network gave. */
export interface NetworkRun {
  /** Running-mean logits of every time-step, [T, N, classes]. */
  readonly logits: FloatTensor;
  /** All outputs of the network by name, the logits among them, as running means [T, N, …]. */
  readonly outputs: ReadonlyMap<string, FloatTensor>;
  /** Where each input stopped, where that was asked for. */
  readonly exits?: Pick<StoppedLogits, 'exits' | 'confident'>;
  /** What the neurons of every site emitted, where that was asked for. */
  readonly trains?: readonly SpikeTrain[];
  /** Which operators ran on 8-bit synapses, where that was asked for. */
  readonly synapses?: IntegerSynapseUse;
}

/**
 * Runs a spiking network on numbers, and writes the running means of its outputs at every time-step where `output` says so, in the given
 * precision: the logits as .npy, all outputs as .npz by name, or, as `name=file`, joined by commas, those that are named.
 *
 * @throws RuntimeError if the network does not spike, or the input is of another shape; UsageError if settings contradict
 * each other, or the output cannot be written
 *
 * @example
 * ```ts
 * import { convertNetwork, openNetwork, runNetwork } from 'transpike';
 *
 * const { network } = await convertNetwork(await openNetwork('vit/'), { calibration: 'x.npy', steps: 2 });
 * const { logits } = await runNetwork(network, { input: 'x.npy', output: 'y.npy' });
 * console.log(logits.shape.join(' × ')); // 2 × 12 × 5
 * ```
 */
export async function runNetwork(network: Network, settings: RunNetworkSettings): Promise<NetworkRun> {
  const { input: path, output, force, steps, exitConfidence, precision = 'float32', spikes } = settings;
  requireOnePrecision(settings);
  if (spikes === undefined)
    refuseIdle('run', settings, ['spikesAs'], { because: 'without a file for spikes' });
  if (settings.stream) refuseIdle('a stream', settings, ['exitConfidence'], { because: noExits });
  const files = output === undefined ? [] : outputFiles(network.model, output);
  for (const { path: file, kind } of files) {
    await requireWritable(file, { inputs: inputsOf(network, path), kind, force });
  }
  if (spikes !== undefined) {
    requireOwnFile(spikes, files);
    await requireWritable(spikes, { inputs: inputsOf(network, path), kind: 'npz', force });
  }
  const { stream } = settings;
  const plan = planRun(network.model, {
    stream,
    ...(steps !== undefined && { steps }),
    ...(spikes !== undefined && { keep: spikeValues(sitesOf(network.model)) }),
  });
  tellOtherSteps(network, plan.steps, settings);
  const input = await readInput(network, path);
  const engine = await engineFor(plan, settings);
  const { outputs: all, trains } = await runInBatches(engine, input, settings).finally(() => engine.close());
  const decisive = lookUp(all, logitsOf(network.model).name, 'output');
  const stopped = exitConfidence === undefined ? undefined : stop(decisive, exitConfidence);
  const { logits, ...exits } = stopped ?? { logits: decisive };
  const outputs = new Map(all).set(logitsOf(network.model).name, logits);
  await writeOutputs(files, outputs, precision);
  if (spikes !== undefined) await writeSpikes(spikes, trains, settings.spikesAs ?? 'dense');
  return {
    logits,
    outputs,
    ...('exits' in exits && { exits }),
    ...(spikes !== undefined && { trains }),
    ...(settings.synapses === 'int8' && { synapses: integerSynapseUse(plan) }),
  };
}

const noExits = 'in windows, which go on whatever the answer is';

function requireOnePrecision({ precision, ...settings }: RunNetworkSettings): void {
  if (precision !== 'float64') return;
  refuseIdle('precision float64', settings, ['engine', 'memoryMB', 'synapses'], {
    because: 'beside the reference, which is an engine of its own with float64 weights',
  });
}

async function engineFor(plan: Plan, settings: RunNetworkSettings): Promise<Engine> {
  const { precision, engine = 'fast', synapses = 'float32', memoryMB, threads } = settings;
  if (precision === 'float64') return createOracleEngine(plan);
  return engines[engine](plan, { threads: threads ?? availableParallelism(), memoryMB, synapses });
}

function stop(logits: FloatTensor, confidence: number): StoppedLogits {
  if (logits.shape.length === 3) return stopWhenConfident(logits, confidence);
  throw new UsageError({
    where: 'exitConfidence',
    expected: 'a network with one row of classes for each input',
    got: `logits [${logits.shape.join(', ')}]`,
    remedy: 'Leave it out',
    means: ['exitConfidence'],
  });
}

function requireOwnFile(spikes: string, files: readonly OutputFile[]): void {
  if (!files.some(({ path }) => resolve(path) === resolve(spikes))) return;
  throw new UsageError({
    where: spikes,
    expected: 'a file of its own for spikes',
    got: 'one that outputs are written to',
    remedy: 'Choose another name',
    means: ['spikes'],
  });
}

/** What all batches gave. */
interface BatchesRun {
  /** All outputs by name. */
  readonly outputs: Map<string, FloatTensor>;
  /** Empty unless the plan keeps spikes. */
  readonly trains: readonly SpikeTrain[];
}

async function runInBatches(
  engine: Engine,
  input: InputBatch,
  { batchSize = 8, signal, onProgress }: RunNetworkSettings,
): Promise<BatchesRun> {
  const total = sampleCount(input);
  const parts: ReadonlyMap<string, FloatTensor>[] = [];
  const trains: SpikeTrain[][] = [];
  for (let from = 0; from < total; from += batchSize) {
    signal?.throwIfAborted();
    const batch = sliceSamples(input, from, from + batchSize);
    const { outputs, values } = await (engine.plan.stream ? runStream(engine, batch) : engine.run(batch));
    parts.push(outputs);
    if (engine.plan.keep.length > 0) trains.push(trainsOf(engine.plan, outputs, values));
    onProgress?.({ done: from + sampleCount(batch), total });
  }
  const names = [...engine.plan.outputs.keys()];
  const joined = names.map((name): [string, FloatTensor] => [
    name,
    concatenate(
      parts.map((part) => lookUp(part, name, 'output')),
      1,
    ),
  ]);
  return { outputs: new Map(joined), trains: joinTrains(trains) };
}

/** A stream has as many steps as its answers. */
function trainsOf(
  { sites, hiddenSteps }: Plan,
  outputs: ReadonlyMap<string, FloatTensor>,
  values: ReadonlyMap<string, FloatTensor>,
): SpikeTrain[] {
  const [steps = 0] = [...outputs.values()][0]?.shape ?? [];
  return spikeTrains(sites, values, steps + hiddenSteps, hiddenSteps);
}
