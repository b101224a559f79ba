import type { SpikeSite } from '../../analysis/spike-sites.ts';

/**
 * How far through the network each site lies: the number of synaptic operators with sites that come before it on the longest
 * way, divided by the largest such number plus one. In [0, 1), by site name.
 *
 * @param sites in topological order
 */
export function siteDepths(sites: readonly SpikeSite[]): Map<string, number> {
  const behind = new Map<string, number>();
  const depths = new Map<string, number>();
  for (const { name, after, feeds } of sites) {
    const depth = Math.max(0, ...[...after].map((operator) => behind.get(operator) ?? 0));
    depths.set(name, depth);
    for (const { node } of feeds) behind.set(node.name, Math.max(behind.get(node.name) ?? 0, depth + 1));
  }
  const deepest = Math.max(0, ...depths.values());
  return new Map([...depths].map(([name, depth]) => [name, depth / (deepest + 1)]));
}
