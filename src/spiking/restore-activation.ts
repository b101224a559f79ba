import { type Activation, addActivationOperators } from '../analysis/activation.ts';
import type { AnyNeuron } from '../dynamics/define-neuron.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { Node } from '../graph/node.ts';

/**
 * Name of the value that a site carries, in the network with neurons taken out again: the site's input, or the
 * activation function of it in whose place the neurons stand.
 */
export function carriedValue(site: string, input: string, neuron: AnyNeuron, attributes: unknown): string {
  return activationOf(neuron, attributes).kind === 'identity' ? input : `${site}.activation`;
}

function activationOf(neuron: AnyNeuron, attributes: unknown): Activation {
  return neuron.standsFor?.(attributes) ?? { kind: 'identity' };
}

/**
 * Puts the operators of the activation function, in whose place neurons stand, before the neurons' node.
 *
 * @returns name of the value they make; the node's input if the neurons stand for the identity
 */
export function restoreActivation(graph: Graph, of: Node, neuron: AnyNeuron, attributes: unknown): string {
  const input = of.inputs[0]!;
  const value = carriedValue(of.name, input, neuron, attributes);
  if (value === input) return input;
  const part = new Graph('activation');
  const build = new GraphBuilder(part, `${of.name}.`);
  const result = addActivationOperators(build, activationOf(neuron, attributes), input);
  for (const [name, tensor] of part.initializers) graph.setInitializer(name, tensor);
  const nodes = part.nodes.map((each) => ({
    ...each,
    outputs: each.outputs.map((name) => (name === result ? value : name)),
  }));
  graph.insertBefore(of, ...nodes);
  return value;
}
