import type { Graph } from '../graph/graph.ts';
import { constantValues } from './constant-values.ts';
import type { SpikeSite } from './spike-sites.ts';
import { synapticOperators } from './synaptic-operators.ts';

/**
 * Sites that belong to the same residual sums: those whose spikes enter a sum, through whatever is not synaptic, and those that stand behind it. Sites of
 * identity shortcuts are in one group with all of their stage.
 *
 * @returns group by the name of the site, for sites at a sum; of equal names are sites of one group
 */
export function residualGroups(graph: Graph, sites: readonly SpikeSite[]): Map<string, string> {
  const siteOf = new Map(
    sites.flatMap(({ name, readers }) => readers.map(({ node, input }) => [`${node}\n${input}`, name])),
  );
  const synaptic = new Set(synapticOperators(graph).map(({ node }) => node.name));
  const constant = constantValues(graph);
  const groups = new Groups();
  /** Sites and sums from which a value comes without another synaptic operator. */
  const meet = (sum: string, node: string, input: number, value: string): void => {
    const site = siteOf.get(`${node}\n${input}`);
    const producer = graph.producerOf(value);
    if (site !== undefined) groups.join(sum, site);
    else if (!producer || synaptic.has(producer.name) || constant.has(value)) return;
    else if (isSum(producer.opType)) groups.join(sum, sumOf(producer.name));
    else for (const [i, name] of producer.inputs.entries()) meet(sum, producer.name, i, name);
  };
  for (const { name, opType, inputs } of graph.nodes) {
    const residual = isSum(opType) && inputs.every((value) => !constant.has(value));
    if (residual) for (const [i, value] of inputs.entries()) meet(sumOf(name), name, i, value);
  }
  for (const { name, value } of sites) {
    const producer = graph.producerOf(value);
    if (producer && isSum(producer.opType)) groups.join(sumOf(producer.name), name);
  }
  return new Map(sites.flatMap(({ name }) => (groups.has(name) ? [[name, groups.find(name)]] : [])));
}

function isSum(opType: string): boolean {
  return opType === 'Add' || opType === 'Sum';
}

function sumOf(node: string): string {
  return `sum ${node}`;
}

/** Names in groups that grow together (union–find). */
class Groups {
  readonly #parent = new Map<string, string>();

  has(name: string): boolean {
    return this.#parent.has(name);
  }

  find(name: string): string {
    const parent = this.#parent.get(name) ?? name;
    return parent === name ? name : this.find(parent);
  }

  join(a: string, b: string): void {
    const [first, second] = [this.find(a), this.find(b)];
    this.#parent.set(first, first);
    this.#parent.set(second, first);
  }
}
