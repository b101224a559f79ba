import { ConversionError, listProblems } from '../../errors.ts';
import type { Model } from '../../graph/model.ts';
import { describeNode, type Node } from '../../graph/node.ts';
import { measureShapes } from '../../sessions/measure-shapes.ts';
import { foldFewBitWeights } from '../../spiking/few-bit-weights.ts';
import { foldCorrections } from '../../spiking/fold-corrections.ts';
import { type Site, setSteps, sitesOf, stepsOf } from '../../spiking/neuron-node.ts';
import { closeTimeAxis, hiddenStepsOf, openTimeAxis, presentsOverTime } from '../../spiking/time-axis.ts';
import { isTimeAxis } from '../../spiking/time-flow.ts';
import type { Circuit } from './circuit.ts';
import { CircuitBuilder, type Term } from './circuit-builder.ts';
import { linearOperators } from './linear-operators.ts';
import { populationOf } from './population-of.ts';
import { Unsuited } from './unsuited.ts';

/**
 * A spiking network as a circuit of integrate-and-fire neurons: what NIR files, integer networks and C code are made of.
 *
 * @param steps T. Default: what the model is set to
 * @param form what is asked for, in the error
 * @throws ConversionError that lists all neurons and operators without such a form, and says what has one
 */
export async function circuitOf(spiking: Model, form: string, steps?: number): Promise<Circuit> {
  const model = spiking.clone();
  if (steps !== undefined) setSteps(model, steps);
  foldCorrections(model);
  foldFewBitWeights(model);
  model.graph.removeDeadNodes();
  const sites = new Map(sitesOf(model).map((site) => [site.node, site]));
  const values = model.graph.nodes
    .flatMap(({ outputs }) => outputs)
    .filter((name) => model.graph.consumersOf(name).length > 0);
  requireSuited(model, sites, form);
  const shapes = await measureShapes(model, values);
  const builder = new CircuitBuilder();
  const terms = new Map<string, readonly Term[]>();
  const problems: string[] = [];
  for (const each of model.graph.nodes) {
    try {
      const site = sites.get(each);
      if (site) terms.set(site.decoded, [placeNeurons(builder, site, terms.get(site.value) ?? [], shapes)]);
      else place(builder, model, each, terms, shapes);
    } catch (error) {
      if (!(error instanceof Unsuited)) throw error;
      problems.push(`${describeNode(each)}: ${error.message}`);
    }
  }
  if (problems.length > 0) throw refusal(form, problems);
  return { steps: stepsOf(model) ?? 1, nodes: builder.nodes };
}

type Shapes = ReadonlyMap<string, readonly number[]>;

function placeNeurons(builder: CircuitBuilder, site: Site, arriving: readonly Term[], shapes: Shapes): Term {
  const shape = (shapes.get(site.value) ?? []).slice(1);
  const { amplitude, ...population } = populationOf(site, shape);
  const reads = builder.plain(site.name, arriving);
  const { node } = builder.add({ kind: 'population', name: site.name, reads, shape, ...population });
  return { node, scale: amplitude };
}

function place(
  builder: CircuitBuilder,
  { graph, opset }: Model,
  each: Node,
  terms: Map<string, readonly Term[]>,
  shapes: Shapes,
): void {
  const [input = '', output = ''] = [each.inputs[0], each.outputs[0]];
  const overTime = presentsOverTime(each);
  if (isTimeAxis(each, openTimeAxis) || overTime) {
    const shape = (shapes.get(output) ?? []).slice(1);
    terms.set(output, [builder.add({ kind: 'input', name: input, reads: [], shape, overTime })]);
  } else if (isTimeAxis(each, closeTimeAxis)) {
    const read = terms.get(input);
    if (!read) throw new Unsuited('an output that no spikes reach');
    const shape = (shapes.get(input) ?? shapes.get(output)?.slice(1) ?? []).slice(1);
    builder.add({ kind: 'output', name: output, reads: builder.plain(output, read), shape });
  } else if (each.inputs.some((name) => terms.has(name))) {
    const operator = linearOperators[each.opType];
    if (!operator) throw new Unsuited('an operator that is not linear, or not known as such');
    terms.set(
      output,
      operator({
        builder,
        graph,
        opset,
        node: each,
        terms,
        shapeOf: (name) => (shapes.get(name) ?? []).slice(1),
      }),
    );
  }
}

/** What cannot work however it is connected is told before shapes are measured. */
function requireSuited(model: Model, sites: ReadonlyMap<Node, Site>, form: string): void {
  const problems = [...sites].flatMap(([node, site]) => {
    try {
      populationOf(site, undefined);
      return [];
    } catch (error) {
      if (!(error instanceof Unsuited)) throw error;
      return [`${describeNode(node)}: ${error.message}`];
    }
  });
  if (hiddenStepsOf(model) > 0)
    problems.unshift('the network: hidden steps, in which neurons set their own parameters');
  if (problems.length > 0) throw refusal(form, problems);
}

function refusal(form: string, problems: readonly string[]): ConversionError {
  return new ConversionError(
    listProblems(
      `${form}: only networks of integrate-and-fire neurons with linear operators between have this form; export it as unrolled, or convert a ReLU network by rate:`,
      problems,
    ),
  );
}
