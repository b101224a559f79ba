import { runNeuron } from '../dynamics/run-neuron.ts';
import { bindInputs } from '../graph/bind-inputs.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import type { InputBatch } from '../graph/input-batch.ts';
import type { Model } from '../graph/model.ts';
import type { Node } from '../graph/node.ts';
import { evaluateModel } from '../interpreter/evaluate-model.ts';
import { withExactConstants } from '../interpreter/exact-constants.ts';
import { broadcastTo, elementTypeOf, fromTensor, type NdArray, ndArray } from '../interpreter/nd-array.ts';
import { isNeuron, type Site, sitesOf } from '../spiking/neuron-node.ts';
import { type Engine, type Plan, toRunResult } from './plan-run.ts';
import { requireWindow } from './require-window.ts';

/**
 * Runs a plan in float64 with the neurons' reference steps: slow and obvious, the measure of every other engine.
 * For small networks.
 */
export function createOracleEngine(plan: Plan): Engine {
  const neurons = referenceNeurons(plan.model, plan.hiddenSteps + plan.steps);
  const model = withExactConstants(plan.model);
  return {
    plan,
    async run(input: InputBatch) {
      requireWindow(plan, input);
      const outputs = evaluateModel(model, inputArrays(plan.model, input), { custom: neurons });
      return toRunResult(plan, new Map([...outputs].map(([name, array]) => [name, toFloatTensor(array)])));
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

/** Neurons as operators of the oracle: their reference step, element by element. */
function referenceNeurons(model: Model, steps: number) {
  const sites = new Map(sitesOf(model).map((site) => [site.node.name, site]));
  return (of: Node) => {
    const site = isNeuron(of) ? sites.get(of.name) : undefined;
    return site && ((inputs: readonly (NdArray | undefined)[]) => stepThrough(site, inputs[0]!, steps));
  };
}

function stepThrough(site: Site, means: NdArray, steps: number): NdArray[] {
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
    runNeuron(neuron, attributes, parametersAt(i), own, (step, spike, value, count) => {
      spikes[step * perStep + i] = spike;
      decoded[step * perStep + i] = value;
      counts[step * perStep + i] = count;
    });
  }
  return [decoded, spikes, counts]
    .slice(0, site.node.outputs.length)
    .map((data) => ndArray(means.shape, data));
}

/** Parameters of the i-th neuron; tensors are broadcast to [N, …]. */
function parameterReader(site: Site, shape: readonly number[]): (i: number) => Record<string, number> {
  const entries = Object.entries(site.parameters);
  if (entries.every(([, { size }]) => size === 1)) {
    const fixed = Object.fromEntries(entries.map(([name, tensor]) => [name, tensor.toNumbers()[0]!]));
    return () => fixed;
  }
  const spread = entries.map(
    ([name, tensor]) => [name, broadcastTo(fromTensor(tensor), shape).data] as const,
  );
  return (i) => Object.fromEntries(spread.map(([name, values]) => [name, values[i]!]));
}
