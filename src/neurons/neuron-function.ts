import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { ModelFunction } from '../graph/model.ts';
import { type Attribute, float, node } from '../graph/node.ts';
import { Tensor } from '../graph/tensor.ts';
import type { AnyNeuron, NeuronDefinition, Rehearsal } from './define-neuron.ts';
import { domain } from './domain.ts';

/** Name of the attribute that says which neuron a node of domain `transpike` is. */
export const neuronAttribute = 'neuron';

/**
 * The ONNX function of a neuron: inputs x [T·N, …] (running means, time-step major), steps int64 [1] = T, then the
 * parameters (float64 or float32); outputs decoded [T·N, …] and spikes [T·N, …]. The neuron's step is the body of a Scan over time, so
 * that one function serves every T.
 *
 * @param opset version of the standard operators that the body is to use
 */
export function neuronFunction<A>(neuron: NeuronDefinition<A>, attributes: A, opset: number): ModelFunction {
  const graph = new Graph('body');
  const build = new GraphBuilder(graph);
  const shape = build.op('Shape', ['x']);
  const rest = build.op('Slice', [shape, build.integers('from', [1]), build.integers('to', [32])]);
  const overTime = build.op('Concat', ['steps', build.integers('batch', [-1]), rest], { axis: 0 });
  const means = build.op('Reshape', ['x', overTime], {}, { name: 'means' });
  const parameters = parametersAsFloat32(build, neuron.parameters);
  const { decoded, spikes } = neuron.rehearsal
    ? rehearseAndRun(build, neuron, neuron.rehearsal, attributes, means, parameters)
    : runSteps(build, neuron, attributes, means, parameters);
  graph.append(node('Reshape', [decoded, shape], ['decoded']), node('Reshape', [spikes, shape], ['spikes']));
  return {
    name: neuron.functionName(attributes),
    domain,
    inputs: ['x', 'steps', ...neuron.parameters],
    outputs: ['decoded', 'spikes'],
    attributes: [],
    attributeDefaults: new Map(
      Object.entries({ [neuronAttribute]: neuron.name, ...toRecord(attributes) }).map(toAttributeEntry),
    ),
    nodes: withConstantsAsNodes(graph),
    opsets: new Map([['', opset]]),
    doc: `${neuron.summary}\n${neuron.equations}\n${neuron.paper}`,
  };
}

/** Attributes of a neuron as attributes of its node. */
export function neuronAttributes(neuron: AnyNeuron, attributes: unknown): Map<string, Attribute> {
  return new Map(
    Object.entries({ [neuronAttribute]: neuron.name, ...toRecord(attributes) }).map(toAttributeEntry),
  );
}

function toRecord(attributes: unknown): Record<string, number | string> {
  return attributes as Record<string, number | string>;
}

/** Numbers travel as floats and are read back as such: 8 and 2.5 need no declaration of their kind. */
function toAttributeEntry([key, value]: [string, number | string]): [string, Attribute] {
  return [key, typeof value === 'number' ? float(value) : { kind: 'string', value }];
}

/** Values made by some steps, [steps, N, …]. */
interface SpikeTrain {
  readonly decoded: string;
  readonly spikes: string;
}

/** The neuron's steps over means [steps, N, …], from its initial state and t = 1. */
function runSteps<A>(
  build: GraphBuilder,
  neuron: NeuronDefinition<A>,
  attributes: A,
  means: string,
  parameters: NamesByParameter,
): SpikeTrain {
  const initial = initialStates(build, neuron, attributes, means, parameters);
  const stateCount = neuron.state.length;
  const outputs = build.ops('Scan', [...initial, means, timesFrom1(build, means)], stateCount + 2, {
    body: stepBody(neuron, attributes, parameters),
    num_scan_inputs: 2,
  });
  const [decoded, spikes] = outputs.slice(stateCount);
  return { decoded: decoded!, spikes: spikes! };
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
  const [hidden, visible] = [first, rest].map((part) => runSteps(build, neuron, attributes, part, adapted));
  return {
    decoded: build.op('Concat', [hidden!.decoded, visible!.decoded], { axis: 0 }),
    spikes: build.op('Concat', [hidden!.spikes, visible!.spikes], { axis: 0 }),
  };
}

/** Values 1…T, float32 [T], with as many steps as the means have. */
function timesFrom1(build: GraphBuilder, means: string): string {
  const count = build.op('Gather', [
    build.op('Shape', [means]),
    build.constant('leading', Tensor.int64([], [0])),
  ]);
  const steps = build.op('Cast', [count], { to: 1 });
  const one = build.scalar('one', 1);
  return build.op('Range', [one, build.op('Add', [steps, one]), one], {}, { name: 'times' });
}

/** One tensor of shape [N, …] for each state variable. */
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
    build.integers('stateTo', [32]),
  ]);
  const zeros = build.op('ConstantOfShape', [shape], { value: Tensor.float32([1], [0]) }, { name: 'zeros' });
  if (!neuron.lowerInitialState) return neuron.state.map(() => zeros);
  const values = neuron.lowerInitialState(build, parameters, attributes);
  return neuron.state.map((name) => {
    const value = values[name];
    return value ? build.op('Add', [zeros, value]) : zeros;
  });
}

type NamesByParameter = Readonly<Record<string, string>>;

/** Models keep parameters as precisely as they were found; the activations are float32. */
function parametersAsFloat32(build: GraphBuilder, names: readonly string[]): NamesByParameter {
  return Object.fromEntries(
    names.map((name) => [name, build.op('Cast', [name], { to: 1 }, { name: `${name}32` })]),
  );
}

/** Body of the Scan: states, x̄(t), t in; states, decoded, spike out. Parameters are taken from outside. */
function stepBody<A>(neuron: NeuronDefinition<A>, attributes: A, parameters: NamesByParameter): Graph {
  const body = new Graph('step');
  const float32 = (name: string) => ({ name, dataType: 'float32', shape: undefined }) as const;
  const stateIn = neuron.state.map((name) => `${name}.before`);
  body.inputs = [...stateIn, 'mean', 't'].map(float32);
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
  const results = [...neuron.state.map((name) => result.state[name]!), result.decoded, result.spike];
  // A value may be both a state and a scan output; ONNX wants distinct names.
  body.outputs = results.map((name, i) => float32(build.op('Identity', [name], {}, { name: `result${i}` })));
  body.setNodes(withConstantsAsNodes(body));
  body.initializers.clear();
  return body;
}

/** A function has no initializers: its constants become Constant nodes, in front. */
function withConstantsAsNodes(graph: Graph) {
  const constants = [...graph.initializers].map(([name, value]) => node('Constant', [], [name], { value }));
  return [...constants, ...graph.nodes];
}
