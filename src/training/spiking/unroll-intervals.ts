import { times } from '../../differentiation/gradient-operators.ts';
import { carryTrainingOperators } from '../../differentiation/operators/training-operator.ts';
import { trainingOperators } from '../../differentiation/operators/training-operators.ts';
import { GraphError } from '../../errors.ts';
import { definePass } from '../../graph/define-pass.ts';
import type { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import type { Model } from '../../graph/model.ts';
import { node } from '../../graph/node.ts';
import { Tensor } from '../../graph/tensor.ts';
import { lookUp, mustExist } from '../../look-up.ts';
import type { PlacedNeurons } from '../../spiking/neuron-node.ts';
import { gradientTools } from './gradient-tools.ts';
import type { Surrogate } from './surrogate-slopes.ts';

/** How a hybrid network is laid out over time. */
export interface IntervalOptions {
  /** Name of the operator between the spiking part and the analog one. */
  readonly border: string;
  /** Number of steps T, a multiple of `interval`. */
  readonly steps: number;
  /** Steps n of an interval. */
  readonly interval: number;
  /** Number of samples N. */
  readonly batchSize: number;
  readonly surrogate: Surrogate;
}

/** The spikes of the neurons of one site at all steps. */
export interface SpikesOfSite {
  readonly name: string;
  /** Value [T·N, …], step-major. */
  readonly spikes: string;
}

/**
 * Lays a hybrid network of frames [N, …] out over time. Input: currents [N, T, …]. What stands before the border runs on all steps as one batch
 * [T·N, …], so that a batch normalisation there takes its statistics over samples and steps (tdBN), but for the neurons, which go on
 * from step to step, over the borders of intervals too. At the border the steps of each interval are added up and divided by n, and what
 * stands behind it runs once an interval. Outputs: [N, T/n, …].
 *
 * u(t) = λ·v(t−1) + x(t);  s(t) = [u(t) ≥ θ];  v(t) = u(t) − θ·s(t), with the surrogate slope at u/θ − 1, and none through the reset.
 *
 * @param placed neurons that send every step by itself (at t = 1) and can be trained, in topological order; their parameters become constants
 *   `SITE.PARAMETER`, float32
 * @throws GraphError if the border is missing, or a neuron cannot be trained
 */
export const unrollIntervals = definePass({
  name: 'unroll-intervals',
  summary: 'A network of frames is laid out over time: neurons go on, the border adds up each interval.',
  rewrites: 'input',
  apply(model: Model, placed: readonly PlacedNeurons[], options: IntervalOptions): SpikesOfSite[] {
    const { graph } = model;
    presentSteps(graph, options);
    const byName = new Map(graph.nodes.map((each) => [each.name, each]));
    const sites = placed.map((site) => {
      const spikes = unrollSite(graph, site, options);
      for (const { node: reader, input } of site.readers) {
        graph.setInput(lookUp(byName, reader, 'reader'), input, spikes);
      }
      return { name: site.name, spikes };
    });
    accumulate(graph, options);
    splitOutputs(graph, options);
    graph.removeDeadNodes();
    carryTrainingOperators(model, trainingOperators);
    return sites;
  },
});

/** [N, T, …] → [T·N, …] for what reads the inputs. */
function presentSteps(graph: Graph, { steps }: IntervalOptions): void {
  for (const { name, shape = [] } of graph.inputs) {
    const presented = graph.freshName(`${name}.steps`);
    const rows = graph.freshName(`${name}.rows`);
    graph.redirectConsumers(name, rows);
    const perm = [1, 0, ...shape.slice(1).map((_, i) => i + 2)];
    const target = graph.addInitializer(
      `${name}.shape`,
      Tensor.int64([shape.length], [-1, ...shape.slice(1).map(Number)]),
    );
    graph.prepend(
      node('Transpose', [name], [presented], { perm }, { name: presented }),
      node('Reshape', [presented, target], [rows], {}, { name: rows }),
    );
  }
  graph.setInputs(graph.inputs.map((info) => ({ ...info, shape: info.shape?.toSpliced(1, 0, steps) })));
}

/** Parts of a value [T·N, …], one a step. */
function stepsOf(build: GraphBuilder, value: string, { steps, batchSize }: IntervalOptions): string[] {
  if (steps === 1) return [value];
  const lengths = build.integers('rows', Array<number>(steps).fill(batchSize));
  return build.ops('Split', [value, lengths], steps, { axis: 0 }, { name: 'step' });
}

/** Appends the neurons of a site step by step. @returns their spikes [T·N, …] */
function unrollSite(graph: Graph, site: PlacedNeurons, options: IntervalOptions): string {
  const { name, value, neuron, attributes } = site;
  const learning = neuron.learning;
  if (!learning) throw cannotTrain(site);
  const build = GraphBuilder.behind(graph, value, `${name}.`);
  const tools = gradientTools(build, options.surrogate);
  const parameters = parametersOf(graph, site);
  const t = build.scalar('first', 1);
  const zero = build.scalar('zero', 0);
  const beginning = Object.fromEntries(neuron.state.map((each) => [each, zero]));
  let state: Record<string, string> = { ...beginning };
  for (const [each, start] of Object.entries(
    neuron.lowerInitialState?.(build, parameters, attributes) ?? {},
  )) {
    if (start !== undefined) state[each] = start;
  }
  const spikes = stepsOf(build, value, options).map((mean) => {
    const made = learning.lower(build, { mean, t, state, parameters }, tools, attributes);
    // Its sums begin anew, so that the input of a step is its current; what is left is its potential.
    state = { ...beginning, potential: mustExist(made.state.potential, 'potential') };
    return made.spike;
  });
  return build.op('Concat', spikes, { axis: 0 }, { name: 'spikes' });
}

/** The parameters of a site's neurons as float32 constants `SITE.PARAMETER`. */
function parametersOf(graph: Graph, { name, neuron, parameters }: PlacedNeurons): Record<string, string> {
  return Object.fromEntries(
    neuron.parameters.map((parameter) => {
      const given = mustExist(parameters[parameter], `parameter ${parameter}`);
      const tensor = typeof given === 'number' ? Tensor.float32([], [given]) : given;
      const key = `${name}.${parameter}`;
      graph.setInitializer(key, tensor);
      return [parameter, key];
    }),
  );
}

/** The border takes the mean of the steps of each interval. */
function accumulate(graph: Graph, options: IntervalOptions): void {
  const border = graph.nodes.find(({ name }) => name === options.border);
  const [input = '', output = ''] = [border?.inputs[0], border?.outputs[0]];
  if (!border) throw withoutBorder(graph, options.border);
  const build = GraphBuilder.behind(graph, input, `${options.border}.`);
  const steps = stepsOf(build, input, options);
  const { interval } = options;
  const means = Array.from({ length: options.steps / interval }, (_, i) => {
    const own = steps.slice(i * interval, (i + 1) * interval);
    return times(
      build,
      own.reduce((sum, each) => build.op('Add', [sum, each])),
      1 / interval,
    );
  });
  const all = build.op('Concat', means, { axis: 0 }, { name: 'means' });
  graph.redirectConsumers(output, all);
}

/** [T/n·N, …] → [N, T/n, …]. */
function splitOutputs(graph: Graph, { steps, interval, batchSize }: IntervalOptions): void {
  const count = steps / interval;
  for (const { name, shape = [] } of graph.outputs) {
    const rows = graph.freshName(`${name}.rows`);
    const producer = mustExist(graph.producerOf(name), `producer of '${name}'`);
    graph.update(producer, { outputs: producer.outputs.map((each) => (each === name ? rows : each)) });
    const build = new GraphBuilder(graph, `${name}.`);
    const rest = shape.slice(1).map(Number);
    const split = build.op('Reshape', [rows, build.integers('split', [count, batchSize, ...rest])]);
    const perm = [1, 0, ...rest.map((_, i) => i + 2)];
    graph.append(
      node('Transpose', [split], [name], { perm }, { name: graph.freshName(`${name}.intervals`) }),
    );
  }
  graph.setOutputs(graph.outputs.map((info) => ({ ...info, shape: info.shape?.toSpliced(1, 0, count) })));
}

function cannotTrain({ name, neuron }: PlacedNeurons): GraphError {
  return new GraphError({
    where: `site '${name}': neuron '${neuron.name}'`,
    expected: 'a neuron with a backward rule',
    got: 'one without',
    remedy: 'Give the neuron its facet learning, or take leaky-integrate-and-fire',
  });
}

function withoutBorder(graph: Graph, border: string): GraphError {
  return new GraphError({
    where: `graph '${graph.name}'`,
    expected: `an operator '${border}' between its spiking and its analog part`,
    got: 'none',
    remedy: 'Put an Identity of that name there',
  });
}
