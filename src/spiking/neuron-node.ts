import type { AnyNeuron, AttributesOf, NeuronDefinition, ParameterOf } from '../dynamics/define-neuron.ts';
import { GraphError } from '../errors.ts';
import type { Model } from '../graph/model.ts';
import { type Attribute, describeNode, type Node, node } from '../graph/node.ts';
import { Tensor } from '../graph/tensor.ts';
import { neuronNamed } from '../neurons/neurons.ts';
import { domain, domainVersion, stepsName } from './domain.ts';
import {
  functionNameOf,
  neuronAttribute,
  neuronAttributes,
  neuronFunction,
  neuronOutputs,
} from './neuron-function.ts';
import { carriedValue } from './restore-activation.ts';
import { hiddenStepsOf } from './time-axis.ts';

/**
 * A spike site of a spiking model: the neurons that carry one tensor.
 *
 * @typeParam N kind of the neurons, which {@link isSiteOf} finds out
 */
export interface Site<N extends AnyNeuron = AnyNeuron> {
  /** Name of the site, the same in reports, run records and the model's nodes. */
  readonly name: string;
  readonly node: Node;
  readonly neuron: N;
  /** Structural choices, checked by the neuron. */
  readonly attributes: AttributesOf<N>;
  /** Numeric parameters by name, float64 or float32; each a scalar or broadcastable to [N, …]. */
  readonly parameters: Readonly<Record<ParameterOf<N>, Tensor>>;
  /** What the neurons receive: running means x̄, [T·N, …]. */
  readonly input: string;
  /** Value that is carried, as the network without neurons has it: the input, or the activation function of it. */
  readonly carried: string;
  /** Value that following operators read, [T·N, …]. */
  readonly decoded: string;
  /** The spikes of each step, [T·N, …]. */
  readonly spikes: string;
  /** How many spikes each of these stands for, [T·N, …]; absent where it is one for all that are not 0. */
  readonly counts?: string;
}

/** Neurons to be put at a value. */
export interface NeuronSpec {
  readonly neuron: AnyNeuron;
  readonly attributes: unknown;
  readonly parameters: Readonly<Record<string, Tensor | number>>;
}

/** Names the neurons to be put at a value; an attribute or parameter that is missing or misspelt does not compile. */
export function neuronSpec<A, P extends string, S extends string>(
  neuron: NeuronDefinition<A, P, S>,
  attributes: NoInfer<A>,
  parameters: Readonly<Record<NoInfer<P>, Tensor | number>>,
): NeuronSpec {
  return { neuron, attributes, parameters };
}

/** Whether a site is one of these neurons, so that its attributes and parameters are known by name and type. */
export function isSiteOf<N extends AnyNeuron>(site: Site, neuron: N): site is Site<N> {
  return site.neuron.name === neuron.name;
}

/**
 * Puts neurons at a value: the given readers then read what the neurons emit, all others the value itself.
 *
 * @param site name of the new site
 * @returns the new node
 */
export function insertNeuron(
  model: Model,
  site: string,
  value: string,
  readers: readonly { node: Node; input: number }[],
  spec: NeuronSpec,
): Node {
  const { graph } = model;
  const { neuron } = spec;
  const attributes = neuron.attributes.parse(spec.attributes);
  const parameters = neuron.parameters.map((name) => {
    const given = spec.parameters[name];
    const tensor = typeof given === 'number' ? Tensor.float64([], [given]) : given;
    if (!tensor) throw missingParameter(site, neuron, name);
    return { name: graph.addInitializer(`${site}.${name}`, tensor), tensor };
  });
  const spread = parameters.some(({ tensor }) => tensor.size > 1);
  const outputs = neuronOutputs(neuron).map((name) => graph.freshName(`${site}.${name}`));
  const inputs = [value, stepsName, ...parameters.map(({ name }) => name)];
  const opType = functionNameOf(neuron, attributes, spread);
  const made: Node = {
    ...node(opType, inputs, outputs, {}, { name: site, domain }),
    attributes: neuronAttributes(neuron, attributes),
  };
  const producer = graph.producerOf(value);
  if (producer) graph.insertAfter(producer, made);
  else graph.prepend(made);
  for (const { node: reader, input } of readers) graph.setInput(reader, input, outputs[0]!);
  requireFunction(model, neuron, attributes, spread);
  return made;
}

function requireFunction(model: Model, neuron: AnyNeuron, attributes: unknown, spread: boolean): void {
  model.opsets.set(domain, domainVersion);
  const name = functionNameOf(neuron, attributes, spread);
  if (model.functions.some((each) => each.name === name && each.domain === domain)) return;
  model.functions.push(neuronFunction(neuron, attributes, model.opset, spread));
}

function missingParameter(site: string, neuron: AnyNeuron, name: string): GraphError {
  return new GraphError({
    where: `site '${site}'`,
    expected: `parameter '${name}' of neuron '${neuron.name}'`,
    got: 'none',
    remedy: `Give all of: ${neuron.parameters.join(', ')}`,
  });
}

/** All spike sites of a model in topological order; empty for a model that does not spike. */
export function sitesOf(model: Model): Site[] {
  return model.graph.nodes.filter(isNeuron).map((each) => readSite(model, each));
}

/** Whether a node is a spiking neuron. */
export function isNeuron(of: Node): boolean {
  return of.domain === domain && of.attributes.has(neuronAttribute);
}

function readSite(model: Model, of: Node): Site {
  const values = Object.fromEntries(
    [...of.attributes].map(([key, each]) => [key, plainValue(of, key, each)]),
  );
  const { [neuronAttribute]: name, ...rest } = values;
  const neuron = neuronNamed(String(name));
  const parameters = neuron.parameters.map((parameter, i): [string, Tensor] => {
    const tensor = model.graph.initializers.get(of.inputs[i + 2] ?? '');
    if (!tensor) throw missingParameter(of.name, neuron, parameter);
    return [parameter, tensor];
  });
  const attributes: unknown = neuron.attributes.parse(rest);
  return {
    name: of.name,
    node: of,
    neuron,
    attributes,
    parameters: Object.fromEntries(parameters),
    input: of.inputs[0]!,
    carried: carriedValue(of.name, of.inputs[0]!, neuron, attributes),
    decoded: of.outputs[0]!,
    spikes: of.outputs[1]!,
    ...(neuron.spikeCount !== undefined && { counts: of.outputs[2]! }),
  };
}

function plainValue(of: Node, key: string, attribute: Attribute): number | string {
  if (attribute.kind === 'float' || attribute.kind === 'string') return attribute.value;
  throw new GraphError({
    where: `${describeNode(of)}: attribute '${key}'`,
    expected: 'a float or a string',
    got: `kind ${attribute.kind}`,
    remedy: 'Convert the source model again',
  });
}

/** How many time-steps the model is set to, hidden ones not counted; `undefined` if it does not spike. */
export function stepsOf(model: Model): number | undefined {
  const total = model.graph.initializers.get(stepsName)?.toNumbers()[0];
  return total === undefined ? undefined : total - hiddenStepsOf(model);
}

/** Sets the number of time-steps T of a spiking model; its hidden steps come on top. */
export function setSteps(model: Model, steps: number): void {
  model.graph.setInitializer(stepsName, Tensor.int64([1], [steps + hiddenStepsOf(model)]));
}
