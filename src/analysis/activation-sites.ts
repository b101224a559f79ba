import type { Graph } from '../graph/graph.ts';
import type { Activation } from './activation.ts';
import { type RecognisedActivation, recogniseActivations } from './recognise-activations.ts';
import { siteNames } from './site-names.ts';
import { type SpikeSite, whatIsBehind } from './spike-sites.ts';
import { synapticOperators } from './synaptic-operators.ts';

/** A site whose neurons stand in the place of an activation function: they read what the activation would read. */
export interface ActivationSite extends SpikeSite {
  readonly activation: Activation;
}

/**
 * Sites at all activation functions that rate-coded neurons can stand for (ReLU, clipped ReLU, QCFS) and from which
 * something leads to a synaptic operator. All readers of the activation are fed with spikes, residual additions and
 * pooling too: both commute with the running mean, so that a shortcut needs no scale of its own. An activation that is
 * itself an output of the network stays.
 */
export function activationSites(graph: Graph): ActivationSite[] {
  const operators = synapticOperators(graph);
  const synaptic = new Set(operators.map(({ node }) => node.name));
  const leading = valuesLeadingTo(graph, synaptic);
  const found = recogniseActivations(graph).filter(
    ({ output }) => leading.has(output) && !graph.isOutput(output),
  );
  const names = siteNames(
    graph,
    found.map(({ node }) => ({ node: node.name, suffix: 'out' })),
  );
  return found.map((activation, i) => ({
    name: names[i]!,
    value: activation.input,
    activation: activation.activation,
    readers: readersOf(graph, activation),
    feeds: operators.filter(({ operands }) => operands.some(({ value }) => value === activation.output)),
    ...whatIsBehind(graph, activation.output, synaptic),
  }));
}

function readersOf(graph: Graph, { output }: RecognisedActivation): { node: string; input: number }[] {
  return graph
    .consumersOf(output)
    .flatMap(({ name, inputs }) =>
      inputs.flatMap((value, input) => (value === output ? [{ node: name, input }] : [])),
    );
}

/** The values that a node of one of these names depends on. */
function valuesLeadingTo(graph: Graph, names: ReadonlySet<string>): Set<string> {
  const leading = new Set<string>();
  for (const each of graph.nodes.toReversed()) {
    if (names.has(each.name) || each.outputs.some((name) => leading.has(name))) {
      for (const name of each.inputs) leading.add(name);
    }
  }
  return leading;
}
