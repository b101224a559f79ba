import { logitsOf } from '../analysis/logits-of.ts';
import { type SynapticOperator, synapticOperators } from '../analysis/synaptic-operators.ts';
import { RuntimeError } from '../errors.ts';
import { firstNonFinite } from '../first-non-finite.ts';
import { onnxDataType } from '../graph/data-type.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { InputBatch } from '../graph/input-batch.ts';
import type { Model } from '../graph/model.ts';
import { sizeOf } from '../graph/shape.ts';
import { lookUp } from '../look-up.ts';
import type { Activity } from '../results/activity.ts';
import { exposeValues } from '../sessions/expose-values.ts';
import { checkSteps } from '../spiking/check-steps.ts';
import { inputsOverTime, type Presentation } from '../spiking/inputs-over-time.ts';
import { type SpikingNetwork, spikingNetwork } from '../spiking/network-kind.ts';
import { type Site, setSteps } from '../spiking/neuron-node.ts';
import { presentAsGiven } from '../spiking/present-inputs.ts';
import { requireStream, type StreamAverages } from './require-stream.ts';
import { attachStatistics, readActivity, type StatisticOutputs } from './spike-statistics.ts';
import type { StreamState } from './stream-state.ts';

/** What an engine is to run: a spiking model for T steps, and what to report beside the logits. */
export interface Plan {
  /** The spiking model with T set and all wanted values among its outputs. */
  readonly model: Model;
  readonly steps: number;
  /** Steps before step 1 in which neurons calibrate themselves: values over time have `hiddenSteps + steps` steps. */
  readonly hiddenSteps: number;
  readonly sites: readonly Site[];
  readonly operators: readonly SynapticOperator[];
  /** Inputs with a time axis, [N, T, …], and what the network sees of them. */
  readonly overTime: ReadonlyMap<string, Presentation>;
  /** What becomes of averages from one window to the next; absent: every run is a window of its own. */
  readonly stream?: StreamAverages;
  /** Name of the output that holds the running-mean logits [T, N, …]. */
  readonly logits: string;
  /** The network's outputs, the logits among them, with the names under which the plan has them in float32. */
  readonly outputs: ReadonlyMap<string, string>;
  /** Where the counts of spikes are among the outputs; absent when they are not wanted. */
  readonly statistics?: StatisticOutputs;
  /** Further values to report. */
  readonly keep: readonly string[];
}

/** What one run gives. */
export interface RunResult {
  /** Running-mean logits of every step, [T, N, classes]. */
  readonly logits: FloatTensor;
  /** All outputs of the network by name, the logits among them, as running means [T, N, …]. */
  readonly outputs: ReadonlyMap<string, FloatTensor>;
  /** Spikes of every site and step, summed over the batch; absent when not planned. */
  readonly activity?: Activity;
  /** The further values by name, time-step major, hidden steps first. */
  readonly values: ReadonlyMap<string, FloatTensor>;
  /** What the next window goes on from; present where a stream was planned. */
  readonly state?: StreamState;
}

/** Runs a plan on batches. Engines differ in speed and precision, not in meaning. */
export interface Engine {
  readonly plan: Plan;
  /**
   * @param input one batch: a tensor [N, …], or several by input name; of an input with a time axis [N, T, …]
   * @param before state after the window before, in a stream; default: the stream begins
   */
  run(input: InputBatch, before?: StreamState): Promise<RunResult>;
  close(): Promise<void>;
}

/** Options of a plan. */
export interface PlanOptions {
  /** Time-steps; default: what the model is set to. */
  steps?: number;
  /** Count spikes and synaptic operations. Default false. */
  statistics?: boolean;
  /** Values to report, for example a site's `spikes`. */
  keep?: readonly string[];
  /** Makes each run a window of a stream, which goes on from a given state, and says what becomes of averages. Default: every run begins anew. */
  stream?: StreamAverages | undefined;
}

/**
 * Plans a run of a spiking network.
 *
 * @param network the network as it was opened, or its model
 * @throws UsageError if T is not a positive integer; RuntimeError if the model has no neurons; ConversionError if its neurons cannot go
 * on from one window of a stream to the next
 */
export function planRun(network: SpikingNetwork | Model, options: PlanOptions = {}): Plan {
  const { model, sites, hiddenSteps, steps: set } = spikingNetwork(network);
  const { keep = [], steps: wanted = set, stream } = options;
  if (stream) requireStream(sites, stream);
  const steps = checkSteps(wanted);
  const exposed = exposeValues(model, keep);
  setSteps(exposed, steps);
  if (stream === 'continued') presentAsGiven(exposed);
  const overTime = inputsOverTime(exposed);
  setWindow(exposed, overTime, steps);
  const operators = synapticOperators(exposed.graph);
  const statistics = options.statistics ? attachStatistics(exposed, sites, operators) : undefined;
  const outputs = floatOutputs(exposed, new Set(model.graph.outputs.map(({ name }) => name)));
  return {
    model: exposed,
    steps,
    hiddenSteps,
    sites,
    operators,
    overTime,
    logits: lookUp(outputs, logitsOf(model).name, 'output'),
    outputs,
    keep,
    ...(statistics && { statistics }),
    ...(stream && { stream }),
  };
}

/** Inputs over time have as many steps as are run. */
function setWindow({ graph }: Model, overTime: ReadonlyMap<string, Presentation>, steps: number): void {
  graph.setInputs(
    graph.inputs.map((info) =>
      overTime.has(info.name) ? { ...info, shape: info.shape?.with(1, steps) } : info,
    ),
  );
}

/** Integers and truth values, such as the number of the best class, are carried along as floats. @returns names by the network's own */
function floatOutputs({ graph }: Model, own: ReadonlySet<string>): Map<string, string> {
  const build = new GraphBuilder(graph);
  const names = new Map([...own].map((name) => [name, name]));
  const floats = graph.outputs.map((info) => {
    const { name, dataType } = info;
    if (!own.has(name) || dataType === undefined || dataType === 'float32') return info;
    const cast = build.op('Cast', [name], { to: onnxDataType('float32') }, { name: `${name}.float32` });
    names.set(name, cast);
    return { ...info, name: cast, dataType: 'float32' as const };
  });
  graph.setOutputs(floats);
  return names;
}

/** Sorts the outputs of a planned model into a result. @throws RuntimeError if a logit is not finite */
export function toRunResult(
  plan: Plan,
  outputs: ReadonlyMap<string, FloatTensor>,
  state?: StreamState,
): RunResult {
  const logits = withoutHiddenSteps(plan, lookUp(outputs, plan.logits, 'output'));
  requireFinite(logits, plan.steps);
  const ownOutputs = [...plan.outputs].map(
    ([name, value]) => [name, withoutHiddenSteps(plan, lookUp(outputs, value, 'output'))] as const,
  );
  const values = new Map(plan.keep.map((name) => [name, lookUp(outputs, name, 'output')]));
  const activity = plan.statistics && readActivity(plan.statistics, outputs, plan.steps, plan.hiddenSteps);
  return {
    logits,
    outputs: new Map(ownOutputs),
    values,
    ...(activity && { activity }),
    ...(state && { state }),
  };
}

/** The model leaves hidden steps out of its outputs; an engine that opens and closes the time axis itself may not. */
function withoutHiddenSteps({ steps, hiddenSteps }: Plan, logits: FloatTensor): FloatTensor {
  const [rows, ...rest] = logits.shape;
  if (hiddenSteps === 0 || rows === steps) return logits;
  const perStep = sizeOf(rest);
  return { shape: [steps, ...rest], data: logits.data.subarray(hiddenSteps * perStep) };
}

function requireFinite({ data, shape }: FloatTensor, steps: number): void {
  const at = firstNonFinite(data);
  if (at < 0) return;
  const perStep = data.length / steps;
  const image = Math.floor((at % perStep) / (perStep / shape[1]!));
  throw new RuntimeError({
    where: `logits: time-step ${Math.floor(at / perStep) + 1}, input ${image}`,
    expected: 'finite numbers',
    got: String(data[at]),
    remedy: 'Check that the inputs are finite, and that the source network gives finite logits on them',
  });
}
