import type { Graph } from '../graph/graph.ts';
import type { Activation } from './activation.ts';
import type { KeptScale } from './kept-scales.ts';
import type { Placement } from './placement.ts';
import { type SiteOrigin, siteNames } from './site-names.ts';
import { type SynapticOperator, synapticOperators } from './synaptic-operators.ts';

/** A tensor that enters a synaptic operator and is to be carried by spikes. */
export interface SpikeSite extends Placement {
  /** Types of the operators between the previous synaptic operators and this site: tells what the site follows. */
  readonly follows: ReadonlySet<string>;
  /** Names of those previous synaptic operators. */
  readonly after: ReadonlySet<string>;
  /** The operators it feeds. */
  readonly feeds: readonly SynapticOperator[];
  /** The activation function in whose place the neurons stand; absent for a tensor that is carried as it is. */
  readonly activation?: Activation;
  /** Sites of one group have one threshold between them, where a preset wants that. */
  readonly group?: string | undefined;
  /** How a quantised network had this tensor as whole numbers of steps; absent where it did not. */
  readonly scale?: KeptScale;
}

/**
 * Sites at the input of every synaptic operator except the first one, which reads the image, and the classifier
 * head. A tensor that feeds several operators is one site.
 *
 * @param options whether what the last synaptic operator reads is a site, too, where that is no classifier; default: it is not
 */
export function synapticInputSites(
  graph: Graph,
  { head = false }: { readonly head?: boolean } = {},
): SpikeSite[] {
  const operators = synapticOperators(graph);
  const synaptic = new Set(operators.map(({ node }) => node.name));
  const byValue = new Map<string, SynapticOperator[]>();
  for (const operator of operators) {
    if (operator.first || (operator.head && !head)) continue;
    for (const { value } of operator.operands) {
      const feeds = byValue.get(value) ?? [];
      if (!feeds.includes(operator)) feeds.push(operator);
      byValue.set(value, feeds);
    }
  }
  const sites = [...byValue];
  const names = siteNames(
    graph,
    sites.map(([value, feeds]) => siteOrigin(value, feeds)),
  );
  return sites.map(([value, feeds], i) => ({
    name: names[i]!,
    value,
    feeds,
    readers: feeds.flatMap(({ node, operands }) =>
      operands.filter((each) => each.value === value).map(({ input }) => ({ node: node.name, input })),
    ),
    ...whatIsBehind(graph, value, synaptic),
  }));
}

/** Named after the first operator it feeds; the operands of a product are told apart by `a` and `b`. */
function siteOrigin(value: string, feeds: readonly SynapticOperator[]): SiteOrigin {
  const { node, kind, operands } = feeds[0]!;
  const suffix = kind === 'linear' ? 'in' : operands[0]!.value === value ? 'a' : 'b';
  return { node: node.name, suffix };
}

/** Walks back from a value to the synaptic operators before it. */
export function whatIsBehind(graph: Graph, value: string, synaptic: ReadonlySet<string>) {
  const follows = new Set<string>();
  const after = new Set<string>();
  const seen = new Set<string>();
  const open = [value];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const producer = graph.producerOf(name);
    // Shapes are followed nowhere: they say nothing about the numbers.
    if (!producer || seen.has(producer.name) || producer.opType === 'Shape') continue;
    seen.add(producer.name);
    if (synaptic.has(producer.name)) {
      after.add(producer.name);
    } else {
      follows.add(producer.opType);
      open.push(...producer.inputs);
    }
  }
  return { follows, after };
}
