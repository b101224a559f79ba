import { borderName } from '../architectures/event-hybrid.ts';
import { GraphError } from '../errors.ts';
import type { Graph } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import { valuesAfter } from '../graph/reached-values.ts';
import { type Site, sitesOf } from '../spiking/neuron-node.ts';

/**
 * The sites whose spikes go over the border of a hybrid network: those that it reads, alone or joined.
 *
 * @throws GraphError for a network that has no border, or none behind neurons
 */
export function borderSites(model: Model): Site[] {
  const { graph } = model;
  const border = graph.nodes.find(({ name }) => name === borderName);
  const made = new Map(sitesOf(model).map((site) => [site.decoded, site]));
  const found: Site[] = [];
  const open = [...(border?.inputs ?? [])];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    const site = made.get(value);
    if (site) found.push(site);
    else open.push(...joinedIn(graph, value));
  }
  if (found.length > 0) return found;
  throw new GraphError({
    where: `graph '${graph.name}'`,
    expected: `neurons before an operator '${borderName}', as in a hybrid network`,
    got: border ? 'none before it' : 'no such operator',
    remedy: 'Give a network of kind event-hybrid whose border is not 0',
  });
}

function joinedIn(graph: Graph, value: string): readonly string[] {
  const producer = graph.producerOf(value);
  return producer?.opType === 'Concat' ? producer.inputs : [];
}

/** Names of the operators behind the border, which run once an interval. */
export function operatorsBehindBorder({ graph }: Model): ReadonlySet<string> {
  const border = graph.nodes.filter(({ name }) => name === borderName);
  const values = valuesAfter(graph, new Set(border));
  return new Set(
    graph.nodes.filter(({ outputs }) => outputs.some((each) => values.has(each))).map(({ name }) => name),
  );
}

/** What goes over the border of a hybrid network in an interval. */
export interface BorderTraffic {
  /** Neurons before it. */
  readonly neurons: number;
  /** Spikes over it, mean. */
  readonly spikes: number;
  /** Bits of an address of a neuron, which each spike sends. */
  readonly addressBits: number;
  /** Bits of all these addresses. */
  readonly bits: number;
  /** Bits of as many activations of 8 bits. */
  readonly denseBits: number;
}

/** @param spikes in an interval, mean */
export function borderTraffic(neurons: number, spikes: number): BorderTraffic {
  const addressBits = Math.max(1, Math.ceil(Math.log2(neurons)));
  return { neurons, spikes, addressBits, bits: spikes * addressBits, denseBits: neurons * 8 };
}
