import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { logitsOf } from '../analysis/logits-of.ts';
import { type EngineName, engines, type Synapses } from '../engines/engines.ts';
import { createOracleEngine } from '../engines/oracle-engine.ts';
import { type Engine, type Plan, planRun } from '../engines/plan-run.ts';
import type { StreamAverages } from '../engines/require-stream.ts';
import { integerSynapseUse } from '../engines/segmented/integer-synapse-use.ts';
import { type SpikeTrain, spikeValues } from '../engines/spike-trains.ts';
import type { StreamState } from '../engines/stream-state.ts';
import { UsageError } from '../errors.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import { sampleCount } from '../graph/input-batch.ts';
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
import { runInBatches } from './run-in-batches.ts';
import { type SpikeForm, writeSpikes } from './spike-files.ts';
import { readStreamState, writeStreamState } from './stream-state-file.ts';
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
  /** File with the state that streams go on from, of the same network and as many inputs. Default: they begin. */
  readonly stateIn?: string | undefined;
  /** File for the state that a later run goes on from; may be `stateIn`. Default: it is not written. */
  readonly stateOut?: string | undefined;
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
  /** What the next window of the streams goes on from; absent where there was no stream. */
  readonly state?: StreamState;
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
 * each other, the output cannot be written, or the state to go on from is of another stream; FormatError if it is no such state
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
  const { stream, stateIn, stateOut } = settings;
  if (stream) refuseIdle('a stream', settings, ['exitConfidence'], { because: noExits });
  else refuseIdle('run', settings, ['stateIn', 'stateOut'], noStates);
  const files = output === undefined ? [] : outputFiles(network.model, output);
  for (const { path: file, kind } of files) {
    await requireWritable(file, { inputs: inputsOf(network, path), kind, force });
  }
  if (spikes !== undefined) {
    requireOwnFile(spikes, files, 'spikes');
    await requireWritable(spikes, { inputs: inputsOf(network, path), kind: 'npz', force });
  }
  if (stateOut !== undefined) {
    requireOwnFile(stateOut, [...files, ...(spikes === undefined ? [] : [{ path: spikes }])], 'stateOut');
    await requireWritable(stateOut, { inputs: inputsOf(network, path), kind: 'safetensors', force });
  }
  const plan = planRun(network.model, {
    stream,
    ...(steps !== undefined && { steps }),
    ...(spikes !== undefined && { keep: spikeValues(sitesOf(network.model)) }),
  });
  tellOtherSteps(network, plan.steps, settings);
  const input = await readInput(network, path);
  const identity = stream && { network, averages: stream, streams: sampleCount(input) };
  const before = identity && stateIn !== undefined ? await readStreamState(stateIn, identity) : undefined;
  const engine = await engineFor(plan, settings);
  const run = await runInBatches(engine, input, before, settings).finally(() => engine.close());
  const { outputs: all, trains, state } = run;
  const decisive = lookUp(all, logitsOf(network.model).name, 'output');
  const stopped = exitConfidence === undefined ? undefined : stop(decisive, exitConfidence);
  const { logits, ...exits } = stopped ?? { logits: decisive };
  const outputs = new Map(all).set(logitsOf(network.model).name, logits);
  await writeOutputs(files, outputs, precision);
  if (identity && state && stateOut !== undefined) await writeStreamState(stateOut, state, identity);
  if (spikes !== undefined) await writeSpikes(spikes, trains, settings.spikesAs ?? 'dense');
  return {
    logits,
    outputs,
    ...(state && { state }),
    ...('exits' in exits && { exits }),
    ...(spikes !== undefined && { trains }),
    ...(settings.synapses === 'int8' && { synapses: integerSynapseUse(plan) }),
  };
}

const noExits = 'in windows, which go on whatever the answer is';
const noStates = {
  because: 'where no stream goes on from one window to the next',
  remedy: 'Say what becomes of averages in a stream, too, or leave that out',
};

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

function requireOwnFile(
  own: string,
  others: readonly Pick<OutputFile, 'path'>[],
  means: 'spikes' | 'stateOut',
): void {
  if (!others.some(({ path }) => resolve(path) === resolve(own))) return;
  throw new UsageError({
    where: own,
    expected: `a file of its own for ${means === 'spikes' ? 'spikes' : 'the state'}`,
    got: `one that ${means === 'spikes' ? 'outputs are' : 'something else is'} written to`,
    remedy: 'Choose another name',
    means: [means],
  });
}
