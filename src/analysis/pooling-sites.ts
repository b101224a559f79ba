import type { Graph } from '../graph/graph.ts';
import { type ActivationSite, activationSites } from './activation-sites.ts';
import { siteNames } from './site-names.ts';
import { whatIsBehind } from './spike-sites.ts';
import { synapticOperators } from './synaptic-operators.ts';

const averagePools = new Set(['AveragePool', 'GlobalAveragePool']);

/**
 * The sites of {@link activationSites}, and one behind every average pooling that reads an activation which neurons stand for, so that
 * pooling is a spiking layer of its own. What is pooled is never negative: its neurons stand for a ReLU that changes nothing.
 */
export function poolingSites(graph: Graph): ActivationSite[] {
  const activations = activationSites(graph);
  const operators = synapticOperators(graph);
  const synaptic = new Set(operators.map(({ node }) => node.name));
  const fed = new Set(activations.flatMap(({ readers }) => readers.map(({ node }) => node)));
  const pools = graph.nodes.filter(
    ({ name, opType, outputs }) => averagePools.has(opType) && fed.has(name) && !graph.isOutput(outputs[0]!),
  );
  const names = siteNames(
    graph,
    pools.map(({ name }) => ({ node: name, suffix: 'pool' })),
  );
  const pooled = pools.map(({ outputs }, i): ActivationSite => {
    const value = outputs[0]!;
    return {
      name: names[i]!,
      value,
      activation: { kind: 'relu' },
      readers: graph
        .consumersOf(value)
        .flatMap(({ name, inputs }) =>
          inputs.flatMap((each, input) => (each === value ? [{ node: name, input }] : [])),
        ),
      feeds: operators.filter(({ operands }) => operands.some((operand) => operand.value === value)),
      ...whatIsBehind(graph, value, synaptic),
    };
  });
  const order = new Map(graph.nodes.flatMap(({ outputs }, i) => outputs.map((value) => [value, i] as const)));
  const place = ({ value }: ActivationSite) => order.get(value) ?? -1;
  return [...activations, ...pooled].sort((a, b) => place(a) - place(b));
}
