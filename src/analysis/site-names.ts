import type { Graph } from '../graph/graph.ts';
import { lookUp } from '../look-up.ts';

/** How a site is called after the operator it belongs to. */
export interface SiteOrigin {
  /** Name of that operator's node. */
  readonly node: string;
  /** What of the operator the site is: `in`, `a`, `b`, `out`. */
  readonly suffix: string;
}

/**
 * Names of sites, unique among each other and the graph's nodes: the path of the module as a checkpoint names it
 * (`/blocks/blocks.0/attn/qkv/MatMul` as `blocks.0.attn.qkv`). Operators of one module, which would share it, keep their own
 * part (`…/self_attn/MatMul` and `…/self_attn/Gemm`); what still is alike gets a number.
 */
export function siteNames(graph: Graph, origins: readonly SiteOrigin[]): string[] {
  const taken = new Set(graph.nodes.map(({ name }) => name));
  const short = origins.map(({ node, suffix }) => `${readablePath(node)}.${suffix}`);
  const counts = new Map<string, number>();
  for (const name of short) counts.set(name, (counts.get(name) ?? 0) + 1);
  return origins.map(({ node, suffix }, i) => {
    const shared = lookUp(counts, short[i]!, 'count of name') > 1;
    const name = unusedName(shared ? `${wholePath(node).join('.')}.${suffix}` : short[i]!, taken);
    taken.add(name);
    return name;
  });
}

function unusedName(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted;
  for (let count = 2; taken.has(name); count++) name = `${wanted}_${count}`;
  return name;
}

/** Types that exporters append to the path of a module. */
const operatorPart = /^(MatMul|Gemm|Conv|Einsum|Relu|Clip)$/;

function readablePath(name: string): string {
  const parts = wholePath(name);
  if (parts.length > 1 && operatorPart.test(parts.at(-1)!)) parts.pop();
  return parts.join('.');
}

function wholePath(name: string): string[] {
  const parts = name.split('/').filter((part) => part !== '');
  return parts.filter((part, i) => !parts[i + 1]?.startsWith(`${part}.`));
}
