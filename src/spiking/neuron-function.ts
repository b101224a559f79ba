import type { AnyNeuron, NeuronDefinition, Rehearsal } from '../dynamics/define-neuron.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { ModelFunction } from '../graph/model.ts';
import { type Attribute, float, type Node, node } from '../graph/node.ts';
import { Tensor } from '../graph/tensor.ts';
import { domain } from './domain.ts';

/** Name of the attribute that says which neuron a node of domain `transpike` is. */
export const neuronAttribute = 'neuron';

/**
 * The ONNX function of a neuron: inputs x [T·N, …] (running means, time-step major), steps int64 [1] = T, then the
 * parameters (float64 or float32); outputs decoded [T·N, …] and spikes [T·N, …], and for neurons that may emit several
 * spikes in a step their numbers, counts [T·N, …]. The neuron's step is the body of a
 * Scan over time, so that one function serves every T. Inside, the neurons of a step are one flat axis: ONNX Runtime
 * wants to know the rank of what a Scan makes, and older operator sets cannot tell it for [T, N, …].
 *
 * @param opset version of the standard operators that the body is to use
 * @param spread whether parameters may be tensors broadcastable to [N, …]; false: they are scalars, which is faster
 */
export function neuronFunction<A>(
  neuron: NeuronDefinition<A>,
  attributes: A,
  opset: number,
  spread: boolean,
): ModelFunction {
  const graph = new Graph('body');
  const inputs = ['x', 'steps', ...neuron.parameters];
  graph.setInputs(inputs.map((name) => ({ name, dataType: undefined, shape: undefined })));
  const build = new GraphBuilder(graph);
  const shape = build.op('Shape', ['x']);
  const overTime = build.op('Concat', ['steps', build.integers('neurons', [-1])], { axis: 0 });
  const means = build.op('Reshape', ['x', overTime], {}, { name: 'means' });
  const parameters = flatParameters(build, neuron.parameters, shape, spread);
  const train = neuron.rehearsal
    ? rehearseAndRun(build, neuron, neuron.rehearsal, attributes, means, parameters)
    : runSteps(build, neuron, attributes, means, parameters).train;
  const outputs = neuronOutputs(neuron);
  for (const [i, name] of outputs.entries()) graph.append(node('Reshape', [train[i]!, shape], [name]));
  return {
    name: functionNameOf(neuron, attributes, spread),
    domain,
    inputs,
    outputs,
    attributes: [],
    attributeDefaults: neuronAttributes(neuron, attributes),
    nodes: [...constantsAsNodes(graph), ...graph.nodes],
    opsets: new Map([['', opset]]),
    doc: describe(neuron),
  };
}

/** What a function says of its neuron. */
export function describe({ summary, equations, paper }: AnyNeuron): string {
  return `${summary}\n${equations}\n${paper}`;
}

/** Names of a neuron's outputs. */
export function neuronOutputs(neuron: AnyNeuron): string[] {
  return ['decoded', 'spikes', ...(neuron.spikeCount === undefined ? [] : ['counts'])];
}

/** Name of a neuron's function. @param spread as in {@link neuronFunction} */
export function functionNameOf<A>(neuron: NeuronDefinition<A>, attributes: A, spread: boolean): string {
  return `${neuron.functionName(attributes)}${spread ? '_spread' : ''}`;
}

/** Attributes of a neuron as attributes of its node. */
export function neuronAttributes(neuron: AnyNeuron, attributes: unknown): Map<string, Attribute> {
  return new Map(
    Object.entries({ [neuronAttribute]: neuron.name, ...toRecord(attributes) }).map(toAttributeEntry),
  );
}

/** What an attribute of a neuron may be. */
export type PlainValue = number | string | boolean;

function toRecord(attributes: unknown): Record<string, PlainValue> {
  return attributes as Record<string, PlainValue>;
}

/**
 * Numbers travel as floats and are read back as such: 8 and 2.5 need no declaration of their kind. So integers are free
 * for what is true (1) or false (0).
 */
function toAttributeEntry([key, value]: [string, PlainValue]): [string, Attribute] {
  if (typeof value === 'number') return [key, float(value)];
  if (typeof value === 'boolean') return [key, { kind: 'int', value: Number(value) }];
  return [key, { kind: 'string', value }];
}

/** Values made by some steps in the order of {@link neuronOutputs}, each [steps, neurons]. */
type SpikeTrain = readonly string[];

/** State variables before the first step, each [neurons], and the times of the steps, [steps]. */
interface Start {
  readonly states: readonly string[];
  readonly times: string;
}

/** The neuron's steps over means [steps, neurons]. @param start default: from its initial state and t = 1 */
export function runSteps<A>(
  build: GraphBuilder,
  neuron: NeuronDefinition<A>,
  attributes: A,
  means: string,
  parameters: NamesByParameter,
  start?: Start,
): { readonly states: readonly string[]; readonly train: SpikeTrain } {
  const { states, times } = start ?? {
    states: initialStates(build, neuron, attributes, means, parameters),
    times: timesFrom1(build, means),
  };
  const stateCount = neuron.state.length;
  const made = stateCount + neuronOutputs(neuron).length;
  const outputs = build.ops('Scan', [...states, means, times], made, {
    body: stepBody(neuron, attributes, parameters),
    num_scan_inputs: 2,
  });
  return { states: outputs.slice(0, stateCount), train: outputs.slice(stateCount) };
}

/** Adapts the parameters to the hidden steps, then runs those and the others, each from t = 1. */
function rehearseAndRun<A>(
  build: GraphBuilder,
  neuron: NeuronDefinition<A>,
  rehearsal: Rehearsal<A>,
  attributes: A,
  means: string,
  parameters: NamesByParameter,
): SpikeTrain {
  const border = build.integers('hidden', [rehearsal.steps(attributes)]);
  const first = build.op('Slice', [means, build.integers('begin', [0]), border], {}, { name: 'hiddenMeans' });
  const rest = build.op('Slice', [means, border, build.integers('end', [2 ** 31 - 1])], {}, { name: 'rest' });
  const adapted = rehearsal.lower(build, first, parameters, attributes);
  const { train: hidden } = runSteps(build, neuron, attributes, first, adapted);
  const { train: visible } = runSteps(build, neuron, attributes, rest, adapted);
  return hidden.map((part, i) => build.op('Concat', [part, visible[i]!], { axis: 0 }));
}

/** Values 1…T, float32 [T], with as many steps as the means have. */
export function timesFrom1(build: GraphBuilder, means: string): string {
  const count = build.op('Gather', [
    build.op('Shape', [means]),
    build.constant('leading', Tensor.int64([], [0])),
  ]);
  const steps = build.op('Cast', [count], { to: 1 });
  const one = build.scalar('one', 1);
  return build.op('Range', [one, build.op('Add', [steps, one]), one], {}, { name: 'times' });
}

/** One tensor of shape [neurons] for each state variable. */
function initialStates<A>(
  build: GraphBuilder,
  neuron: NeuronDefinition<A>,
  attributes: A,
  means: string,
  parameters: NamesByParameter,
): string[] {
  const shape = build.op('Slice', [
    build.op('Shape', [means]),
    build.integers('stateFrom', [1]),
    build.integers('stateTo', [2]),
  ]);
  const zeros = build.op('ConstantOfShape', [shape], { value: Tensor.float32([1], [0]) }, { name: 'zeros' });
  if (!neuron.lowerInitialState) return neuron.state.map(() => zeros);
  const values = neuron.lowerInitialState(build, parameters, attributes);
  return neuron.state.map((name) => {
    const value = values[name];
    return value ? build.op('Add', [zeros, value]) : zeros;
  });
}

export type NamesByParameter = Readonly<Record<string, string>>;

/** Parameters as float32 (models keep them as precisely as they were found): scalars, or one for each neuron. */
export function flatParameters(
  build: GraphBuilder,
  names: readonly string[],
  shape: string,
  spread: boolean,
): NamesByParameter {
  const flat = spread ? build.integers('flat', [-1]) : build.constant('scalarShape', Tensor.int64([0], []));
  const target = spread ? stepShape(build, shape) : undefined;
  return Object.fromEntries(
    names.map((name) => {
      const value = build.op('Cast', [name], { to: 1 }, { name: `${name}32` });
      const full = target === undefined ? value : build.op('Expand', [value, target]);
      return [name, build.op('Reshape', [full, flat], {}, { name: `${name}Flat` })];
    }),
  );
}

/** The shape [N, …] of one step, from that of x [T·N, …]. */
export function stepShape(build: GraphBuilder, shape: string): string {
  const one = build.integers('from', [1]);
  const rows = build.op('Slice', [shape, build.integers('begin0', [0]), one]);
  const rest = build.op('Slice', [shape, one, build.integers('to', [32])]);
  return build.op('Concat', [build.op('Div', [rows, 'steps']), rest], { axis: 0 });
}

/** Body of the Scan: states, x̄(t), t in; states, decoded, spike and perhaps count out. Parameters are taken from outside. */
function stepBody<A>(neuron: NeuronDefinition<A>, attributes: A, parameters: NamesByParameter): Graph {
  const body = new Graph('step');
  // A name for the length would have to stand for the same length at every site.
  const anyLength = [undefined];
  const float32 = (name: string, shape: readonly undefined[]) =>
    ({ name, dataType: 'float32', shape }) as const;
  const stateIn = neuron.state.map((name) => `${name}.before`);
  body.setInputs([...[...stateIn, 'mean'].map((name) => float32(name, anyLength)), float32('t', [])]);
  // Names inside a subgraph must differ from those around it.
  const build = new GraphBuilder(body, 'step.');
  const result = neuron.lower(
    build,
    {
      mean: 'mean',
      t: 't',
      state: Object.fromEntries(neuron.state.map((name, i) => [name, stateIn[i]!])),
      parameters,
    },
    attributes,
  );
  const count = neuron.spikeCount === undefined ? [] : [result.state[neuron.spikeCount]!];
  const states = neuron.state.map((name) => result.state[name]!);
  const results = [...states, result.decoded, result.spike, ...count];
  // A value may be both a state and a scan output; ONNX wants distinct names.
  body.setOutputs(
    results.map((name, i) => float32(build.op('Identity', [name], {}, { name: `result${i}` }), anyLength)),
  );
  body.prepend(...constantsAsNodes(body));
  for (const name of body.initializers.keys()) body.removeInitializer(name);
  return body;
}

/** A function has no initializers: its constants become Constant nodes, in front. */
export function constantsAsNodes(graph: Graph): Node[] {
  return [...graph.initializers].map(([name, value]) => node('Constant', [], [name], { value }));
}
