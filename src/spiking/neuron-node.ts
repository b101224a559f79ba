import type { Placement } from '../analysis/placement.ts';
import type {
  AnyNeuron,
  AttributesOf,
  NeuronDefinition,
  ParameterOf,
  ValueNames,
} from '../dynamics/define-neuron.ts';
import { GraphError } from '../errors.ts';
import type { Graph } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import { type Attribute, describeNode, type Node, node } from '../graph/node.ts';
import { Tensor } from '../graph/tensor.ts';
import { neuronCatalogue } from '../neurons/neurons.ts';
import { batchBack, batchInFront } from './batch-in-front.ts';
import { domain, domainVersion, stepsName } from './domain.ts';
import {
  functionNameOf,
  neuronAttribute,
  neuronAttributes,
  neuronFunction,
  neuronOutputs,
  type PlainValue,
} from './neuron-function.ts';
import { carriedValue } from './restore-activation.ts';
import { hiddenStepsOf } from './time-axis.ts';
import { unknownNeuron } from './unknown-neuron.ts';

/** Neurons to be put at a value. @typeParam N their kind */
export interface NeuronSpec<N extends AnyNeuron = AnyNeuron> {
  readonly neuron: N;
  /** Structural choices, as the neuron's schema has them. */
  readonly attributes: AttributesOf<N>;
  /** Numeric parameters by name; each a scalar or broadcastable to [N, …]. */
  readonly parameters: Readonly<Record<ParameterOf<N>, Tensor | number>>;
}

/** A place with the neurons that are to stand there. */
export interface PlacedNeurons<N extends AnyNeuron = AnyNeuron> extends Placement, NeuronSpec<N> {}

/**
 * A spike site of a spiking model: a place with its neurons, and the values that they make.
 *
 * @typeParam N kind of the neurons, which {@link isSiteOf} finds out
 */
export interface Site<N extends AnyNeuron = AnyNeuron> extends PlacedNeurons<N> {
  readonly node: Node;
  /** Numeric parameters by name, float64 or float32; each a scalar or broadcastable to [N, …]. */
  readonly parameters: Readonly<Record<ParameterOf<N>, Tensor>>;
  /** The initializers that hold them. */
  readonly parameterValues: ValueNames<ParameterOf<N>>;
  /** What the neurons receive: running means x̄, [T·N, …]. */
  readonly value: string;
  /** Value that is carried, as the network without neurons has it: what is received, or the activation function of it. */
  readonly carried: string;
  /** Value that following operators read, [T·N, …]. */
  readonly decoded: string;
  /** The spikes of each step, [T·N, …]. */
  readonly spikes: string;
  /** How many spikes each of these stands for, [T·N, …]; absent where it is one for all that are not 0. */
  readonly counts?: string;
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

/** Puts neurons at a value: its readers there then read what the neurons emit, all others the value itself. */
export function insertNeurons(model: Model, placed: PlacedNeurons, nodeNamed: (name: string) => Node): void {
  const { graph } = model;
  const { name: site, value, readers, neuron } = placed;
  const attributes = neuron.attributes.parse(placed.attributes);
  const parameters = neuron.parameters.map((name) => {
    const given = placed.parameters[name];
    const tensor = typeof given === 'number' ? Tensor.float64([], [given]) : given;
    if (!tensor) throw missingParameter(site, neuron, name);
    return { name: graph.addInitializer(`${site}.${name}`, tensor), tensor };
  });
  const spread = parameters.some(({ tensor }) => tensor.size > 1);
  const outputs = neuronOutputs(neuron).map((name) => graph.freshName(`${site}.${name}`));
  const received = placed.batch ? batchInFront(graph, value, placed.batch, site) : value;
  const inputs = [received, stepsName, ...parameters.map(({ name }) => name)];
  const opType = functionNameOf(neuron, attributes, spread);
  const made: Node = {
    ...node(opType, inputs, outputs, {}, { name: site, domain }),
    attributes: neuronAttributes(neuron, attributes),
  };
  const producer = graph.producerOf(received);
  if (producer) graph.insertAfter(producer, made);
  else graph.prepend(made);
  const read = placed.batch ? batchBack(graph, outputs[0]!, placed.batch, site) : outputs[0]!;
  for (const { node: reader, input } of readers) graph.setInput(nodeNamed(reader), input, read);
  requireFunction(model, neuron, attributes, spread);
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
  const { graph } = model;
  const values = Object.fromEntries(
    [...of.attributes].map(([key, each]) => [key, plainValue(of, key, each)]),
  );
  const { [neuronAttribute]: name, ...rest } = values;
  const neuron = neuronCatalogue.get(String(name)) ?? unknownNeuron(model, String(name), of);
  const [value, , ...given] = of.inputs;
  const [decoded, spikes, counts] = of.outputs;
  const counted = neuron.spikeCount !== undefined;
  if (value === undefined || decoded === undefined || spikes === undefined || (counted && !counts))
    throw damagedNode(of, neuron);
  const parameters = neuron.parameters.map((parameter, i) => {
    const tensor = graph.initializers.get(given[i] ?? '');
    if (!tensor) throw missingParameter(of.name, neuron, parameter);
    return [parameter, tensor] as const;
  });
  const attributes = neuron.attributes.parse(rest);
  return {
    name: of.name,
    value,
    readers: readersOf(graph, decoded),
    node: of,
    neuron,
    attributes,
    parameters: Object.fromEntries(parameters),
    parameterValues: Object.fromEntries(neuron.parameters.map((parameter, i) => [parameter, given[i] ?? ''])),
    carried: carriedValue(of.name, value, neuron, attributes),
    decoded,
    spikes,
    ...(counted && { counts }),
  };
}

/** The readers of a value, as a placement names them. */
export function readersOf(graph: Graph, value: string): Placement['readers'] {
  return graph
    .consumersOf(value)
    .flatMap(({ name, inputs }) =>
      inputs.flatMap((each, input) => (each === value ? [{ node: name, input }] : [])),
    );
}

function damagedNode(of: Node, neuron: AnyNeuron): GraphError {
  return new GraphError({
    where: describeNode(of),
    expected: `an input and outputs ${neuronOutputs(neuron).join(', ')}`,
    got: `${of.inputs.length} inputs and ${of.outputs.length} outputs`,
    remedy: 'Convert the source model again',
  });
}

function plainValue(of: Node, key: string, attribute: Attribute): PlainValue {
  if (attribute.kind === 'float' || attribute.kind === 'string') return attribute.value;
  if (attribute.kind === 'int') return attribute.value !== 0;
  throw new GraphError({
    where: `${describeNode(of)}: attribute '${key}'`,
    expected: 'a float, a string, or an integer for true and false',
    got: `kind ${attribute.kind}`,
    remedy: 'Convert the source model again',
  });
}

/** How many time-steps the model is set to, hidden ones not counted; `undefined` if it does not spike. */
export function stepsOf(model: Model): number | undefined {
  const total = model.graph.initializers.get(stepsName)?.toNumber();
  return total === undefined ? undefined : total - hiddenStepsOf(model);
}

/** Sets the number of time-steps T of a spiking model; its hidden steps come on top. */
export function setSteps(model: Model, steps: number): void {
  model.graph.setInitializer(stepsName, Tensor.int64([1], [steps + hiddenStepsOf(model)]));
}
