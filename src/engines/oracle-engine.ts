import type { State } from '../dynamics/define-neuron.ts';
import { type Beginning, type OnStep, runNeuron } from '../dynamics/run-neuron.ts';
import { bindInputs } from '../graph/bind-inputs.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import type { InputBatch } from '../graph/input-batch.ts';
import type { Model } from '../graph/model.ts';
import type { Node } from '../graph/node.ts';
import { sizeOf } from '../graph/shape.ts';
import { evaluateModel } from '../interpreter/evaluate-model.ts';
import { withExactConstants } from '../interpreter/exact-constants.ts';
import { elementTypeOf, type NdArray, ndArray } from '../interpreter/nd-array.ts';
import { mustExist } from '../look-up.ts';
import { isNeuron, type Site, sitesOf } from '../spiking/neuron-node.ts';
import { elapsedOf, initialVariables, type SiteAfter, settle } from './go-on.ts';
import { type Engine, type Plan, toRunResult } from './plan-run.ts';
import { presentBound } from './present-bound.ts';
import { presentExactly } from './present-steps.ts';
import { requireWindow } from './require-window.ts';
import { parameterReader } from './site-parameters.ts';
import type { StreamState } from './stream-state.ts';

/**
 * Runs a plan in float64 with the neurons' reference steps: slow and obvious, the measure of every other engine.
 * For small networks.
 */
export function createOracleEngine(plan: Plan): Engine {
  const model = withExactConstants(plan.model);
  return {
    plan,
    async run(input: InputBatch, before?: StreamState) {
      requireWindow(plan, input);
      const bound = bindInputs(plan.model.graph, input);
      const seen = presentBound(plan, bound, before, presentExactly);
      const after = new Map<string, SiteAfter>();
      const custom = referenceNeurons(plan, before, after);
      const outputs = evaluateModel(model, inputArrays(plan.model, { ...bound, inputs: seen.inputs }), {
        custom,
      });
      const floats = new Map([...outputs].map(([name, array]) => [name, toFloatTensor(array)]));
      return toRunResult(plan, floats, plan.stream && settle(plan, before, after, seen.goesOn));
    },
    close: async () => undefined,
  };
}

/** The network's inputs, after a check; numbers keep the precision they come in. */
export function inputArrays({ graph }: Model, batch: InputBatch): Map<string, NdArray> {
  const { inputs } = bindInputs(graph, batch);
  return new Map(
    graph.inputs.map(({ name, dataType = 'float32' }) => {
      const { shape, data } = inputs[name]!;
      return [
        name,
        ndArray(
          shape,
          Float64Array.from(data as ArrayLike<number | bigint>, Number),
          elementTypeOf(dataType),
        ),
      ];
    }),
  );
}

function toFloatTensor({ shape, data }: NdArray): FloatTensor {
  return { shape: [...shape], data };
}

/** Neurons as operators of the oracle: their reference step, element by element. @param after takes what a stream goes on from */
function referenceNeurons(plan: Plan, before: StreamState | undefined, after: Map<string, SiteAfter>) {
  const sites = new Map(sitesOf(plan.model).map((site) => [site.node.name, site]));
  return (of: Node) => {
    const site = isNeuron(of) ? sites.get(of.name) : undefined;
    if (!site) return undefined;
    return (inputs: readonly (NdArray | undefined)[]) => {
      const means = mustExist(inputs[0], `what site '${site.name}' receives`);
      return plan.stream
        ? streamThrough(plan, site, means, before, after)
        : stepThrough(site, means, plan.hiddenSteps + plan.steps);
    };
  };
}

/** As {@link stepThrough}, from a state on. */
function streamThrough(
  plan: Plan,
  site: Site,
  means: NdArray,
  before: StreamState | undefined,
  after: Map<string, SiteAfter>,
): NdArray[] {
  const { steps } = plan;
  const shape = [means.shape[0]! / steps, ...means.shape.slice(1)];
  const size = sizeOf(shape);
  const known = before?.sites.get(site.name);
  const variables = new Map(
    [...(known?.variables ?? initialVariables(site, shape))].map(([name, { data }]) => [
      name,
      { shape, data: Float64Array.from(data) },
    ]),
  );
  const entries = [...variables].map(([name, { data }]) => [name, data] as const);
  const elapsed = elapsedOf(plan, before);
  const from = (i: number): Beginning => ({
    state: Object.fromEntries(entries.map(([name, data]) => [name, data[i] ?? 0])),
    elapsed,
  });
  const made = stepThrough(site, means, steps, {
    from,
    onEnd: (i, state) => {
      for (const [name, data] of entries) data[i] = state[name] ?? 0;
    },
    surplus: known?.surplus?.data,
  });
  after.set(site.name, { variables, last: { shape, data: means.data.slice(-size) } });
  return made;
}

/** Where the neurons of a site go on from, by number, and what becomes of them. */
interface Continuation {
  from(i: number): Beginning;
  onEnd(i: number, state: State): void;
  /** What is taken off t·decoded. */
  readonly surplus: ArrayLike<number> | undefined;
}

function stepThrough(site: Site, means: NdArray, steps: number, stream?: Continuation): NdArray[] {
  const { neuron, attributes } = site;
  const perStep = means.data.length / steps;
  const shape = [means.shape[0]! / steps, ...means.shape.slice(1)];
  const decoded = new Float64Array(means.data.length);
  const spikes = new Float64Array(means.data.length);
  const counts = new Float64Array(means.data.length);
  const parametersAt = parameterReader(site, shape);
  const own = new Float64Array(steps);
  for (let i = 0; i < perStep; i++) {
    for (let step = 0; step < steps; step++) own[step] = means.data[step * perStep + i]!;
    const surplus = stream?.surplus?.[i] ?? 0;
    const onStep: OnStep = (step, spike, value, count) => {
      spikes[step * perStep + i] = spike;
      decoded[step * perStep + i] = value - surplus / (step + 1);
      counts[step * perStep + i] = count;
    };
    const last = runNeuron(neuron, attributes, parametersAt(i), own, onStep, stream?.from(i));
    stream?.onEnd(i, last);
  }
  return [decoded, spikes, counts]
    .slice(0, site.node.outputs.length)
    .map((data) => ndArray(means.shape, data));
}
