import type { AnyNeuron, NeuronDefinition } from '../dynamics/define-neuron.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { ModelFunction } from '../graph/model.ts';
import { node } from '../graph/node.ts';
import { domain } from './domain.ts';
import {
  constantsAsNodes,
  describe,
  flatParameters,
  functionNameOf,
  neuronAttributes,
  neuronOutputs,
  runSteps,
  stepShape,
  timesFrom1,
} from './neuron-function.ts';

/** Inputs of the function behind those of {@link neuronFunction}: time, what is left out of decoded values, and the state variables. */
export function streamInputs({ state }: AnyNeuron): string[] {
  return ['elapsed', 'surplus', ...state.map((name) => `${name}.given`)];
}

/** Outputs of the function behind those of {@link neuronFunction}: what was received at the last step, and the state variables. */
export function streamOutputs({ state }: AnyNeuron): string[] {
  return ['last', ...state.map((name) => `${name}.made`)];
}

/** Name of the function that goes on with a neuron. */
export function streamFunctionName<A>(neuron: NeuronDefinition<A>, attributes: A): string {
  return `${functionNameOf(neuron, attributes, true)}_stream`;
}

/**
 * The ONNX function of a neuron that goes on from a given state: as {@link neuronFunction}, and besides the inputs elapsed [] (steps
 * before the first one, float32), surplus (taken off t·decoded) and its state variables, each broadcastable to [N, …]; and
 * besides the outputs last (means of the last step) and the state variables after it, each [N, …].
 */
export function streamFunction<A>(neuron: NeuronDefinition<A>, attributes: A, opset: number): ModelFunction {
  const graph = new Graph('body');
  const inputs = ['x', 'steps', ...neuron.parameters, ...streamInputs(neuron)];
  graph.setInputs(inputs.map((name) => ({ name, dataType: undefined, shape: undefined })));
  const build = new GraphBuilder(graph);
  const shape = build.op('Shape', ['x']);
  const overTime = build.op('Concat', ['steps', build.integers('neurons', [-1])], { axis: 0 });
  const means = build.op('Reshape', ['x', overTime], {}, { name: 'means' });
  const parameters = flatParameters(build, neuron.parameters, shape, true);
  const given = flatParameters(build, streamInputs(neuron).slice(1), shape, true);
  const times = build.op('Add', [timesFrom1(build, means), 'elapsed'], {}, { name: 'timesOn' });
  const start = { states: neuron.state.map((name) => given[`${name}.given`] ?? ''), times };
  const { states, train } = runSteps(build, neuron, attributes, means, parameters, start);
  const column = build.op('Reshape', [times, build.integers('column', [-1, 1])]);
  const [decoded = '', ...others] = train;
  const sent = build.op('Sub', [decoded, build.op('Div', [given.surplus ?? '', column])]);
  const outputs = neuronOutputs(neuron);
  for (const [i, value] of [sent, ...others].entries())
    graph.append(node('Reshape', [value, shape], [outputs[i] ?? '']));
  const bounds = [-1, 2 ** 31 - 1].map((bound, i) => build.integers(`last${i}`, [bound]));
  const last = build.op('Slice', [means, ...bounds]);
  const ofStep = stepShape(build, shape);
  for (const [i, value] of [last, ...states].entries())
    graph.append(node('Reshape', [value, ofStep], [streamOutputs(neuron)[i] ?? '']));
  return {
    name: streamFunctionName(neuron, attributes),
    domain,
    inputs,
    outputs: [...outputs, ...streamOutputs(neuron)],
    attributes: [],
    attributeDefaults: neuronAttributes(neuron, attributes),
    nodes: [...constantsAsNodes(graph), ...graph.nodes],
    opsets: new Map([['', opset]]),
    doc: describe(neuron),
  };
}
