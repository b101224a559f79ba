import type { Graph } from '../graph/graph.ts';
import { siteNames } from './site-names.ts';
import type { SpikeSite } from './spike-sites.ts';
import { synapticOperators } from './synaptic-operators.ts';

/** Sites at what a network reads of its inputs, where an Identity gives that a value of its own: its pictures, to be told by spikes. */
export function inputSites(graph: Graph): SpikeSite[] {
  const operators = synapticOperators(graph);
  const inputs = new Set(graph.inputs.map(({ name }) => name));
  const shown = graph.nodes.flatMap(({ opType, inputs: [input = ''], outputs: [value = ''] }) =>
    opType === 'Identity' && inputs.has(input) ? [{ input, value }] : [],
  );
  const names = siteNames(
    graph,
    shown.map(({ input }) => ({ node: input, suffix: 'in' })),
  );
  return shown.map(({ input, value }, i) => ({
    name: names[i] ?? input,
    value,
    readers: graph
      .consumersOf(value)
      .flatMap(({ name: node, inputs: read }) =>
        read.flatMap((each, position) => (each === value ? [{ node, input: position }] : [])),
      ),
    feeds: operators.filter(({ operands }) => operands.some((operand) => operand.value === value)),
    follows: new Set(['Identity']),
    after: new Set(),
  }));
}
