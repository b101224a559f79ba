import type { AttributesOf, ParameterOf } from '../dynamics/define-neuron.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { ModelFunction } from '../graph/model.ts';
import { node } from '../graph/node.ts';
import { Tensor } from '../graph/tensor.ts';
import type { currentBased } from '../neurons/current-based.ts';
import { lowerCurrentStep } from '../neurons/current-based.ts';
import { domain } from './domain.ts';
import { constantsAsNodes, timesFrom1 } from './neuron-function.ts';

/** Begin of the names of operators that are populations with a loop. */
const recurrentPopulation = 'RecurrentPopulation';

/** Whether an operator is a population of neurons with a loop from its spikes back to it. */
export function isRecurrent(of: { readonly domain: string; readonly opType: string }): boolean {
  return of.domain === domain && of.opType.startsWith(recurrentPopulation);
}

/** What a population with a loop is. */
export interface RecurrentPopulation {
  /** Number of the population in its model. */
  readonly index: number;
  /** Number of neurons. */
  readonly neurons: number;
  readonly attributes: AttributesOf<typeof currentBased>;
  readonly parameters: Readonly<Record<ParameterOf<typeof currentBased>, Tensor | number>>;
  /** Operators from the spikes of the step before [N, neurons] to what they add to what arrives. */
  readonly loop: (build: GraphBuilder, spikes: string) => string;
}

/**
 * The function of a population with a loop: x [T·N, neurons] (running means of what arrives from outside), steps [1] → running means of
 * spikes [T·N, neurons]. What the loop makes of the spikes of one step arrives in the next.
 *
 * @param opset version of the standard operators
 */
export function recurrentFunction(population: RecurrentPopulation, opset: number): ModelFunction {
  const { neurons, parameters } = population;
  const graph = new Graph('body');
  graph.setInputs(['x', 'steps'].map((name) => ({ name, dataType: undefined, shape: undefined })));
  const build = new GraphBuilder(graph);
  const own = Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      typeof value === 'number'
        ? build.scalar(name, value)
        : build.constant(name, Tensor.float32(value.shape, value.toFloat32())),
    ]),
  ) as Record<ParameterOf<typeof currentBased>, string>;
  const shape = build.op('Concat', ['steps', build.integers('rest', [-1, neurons])], { axis: 0 });
  const means = build.op('Reshape', ['x', shape], {}, { name: 'means' });
  const first = build.op('Gather', [means, build.constant('first', Tensor.int64([], [0]))], { axis: 0 });
  const zero = build.op('Sub', [first, first]);
  const start = [zero, build.op('Add', [zero, own.initialPotential]), zero, zero, zero];
  const scanned = build.ops('Scan', [...start, means, timesFrom1(build, means)], start.length + 1, {
    body: stepBody(population, own),
    num_scan_inputs: 2,
  });
  const flat = build.integers('flat', [-1, neurons]);
  graph.append(node('Reshape', [scanned.at(-1) ?? '', flat], ['y']));
  return {
    name: nameOf(population),
    domain,
    inputs: ['x', 'steps'],
    outputs: ['y'],
    attributes: [],
    attributeDefaults: new Map(),
    nodes: [...constantsAsNodes(graph), ...graph.nodes],
    opsets: new Map([['', opset]]),
    doc: 'Current-based neurons with a loop from their spikes of the step before.',
  };
}

/** Name of the operator. */
export function nameOf({ index }: Pick<RecurrentPopulation, 'index'>): string {
  return `${recurrentPopulation}_${index}`;
}

function stepBody(
  { attributes, loop }: RecurrentPopulation,
  parameters: Record<ParameterOf<typeof currentBased>, string>,
): Graph {
  const body = new Graph('step');
  const states = ['current', 'potential', 'charge', 'emitted', 'spike'];
  const inputs = [...states.map((name) => `${name}.before`), 'mean', 't'];
  body.setInputs(inputs.map((name) => ({ name, dataType: 'float32', shape: undefined })));
  const build = new GraphBuilder(body, 'step.');
  const charge = build.op('Mul', ['mean', 't']);
  const outside = build.op('Sub', [charge, 'charge.before']);
  const arriving = build.op('Add', [outside, loop(build, 'spike.before')]);
  const made = lowerCurrentStep(
    build,
    { arriving, current: 'current.before', potential: 'potential.before' },
    parameters,
    attributes.reset,
  );
  const emitted = build.op('Add', ['emitted.before', made.spike]);
  const decoded = build.op('Div', [emitted, 't']);
  const results = [made.current, made.potential, charge, emitted, made.spike, decoded];
  body.setOutputs(
    results.map((name, i) => ({
      name: build.op('Identity', [name], {}, { name: `result${i}` }),
      dataType: 'float32',
      shape: undefined,
    })),
  );
  body.prepend(...constantsAsNodes(body));
  for (const name of body.initializers.keys()) body.removeInitializer(name);
  return body;
}
