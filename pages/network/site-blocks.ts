/** Sites of a network, block by block. */
export interface SiteBlock {
  readonly name: string;
  /** Places of its sites among all sites. */
  readonly sites: readonly number[];
}

/** More rows than this are not looked at one by one. */
const mostBlocks = 24;

/**
 * Groups sites by the block that their names tell: all up to the first number (`blocks.0.attn.qkv.in` → `blocks.0`), or the first part
 * of the name where there is none. Where that gives too many groups, neighbours share one.
 *
 * @param sites names in topological order
 */
export function siteBlocks(sites: readonly string[]): SiteBlock[] {
  const byName = new Map<string, number[]>();
  for (const [i, site] of sites.entries()) {
    const name = blockOf(site);
    byName.set(name, [...(byName.get(name) ?? []), i]);
  }
  const blocks = [...byName].map(([name, members]) => ({ name, sites: members }));
  const together = Math.ceil(blocks.length / mostBlocks);
  return together <= 1 ? blocks : joined(blocks, together);
}

function blockOf(site: string): string {
  const clean = site.replace(/^\/+/, '');
  return /^.*?[._/]\d+(?=[._/])/.exec(clean)?.[0] ?? clean.split(/[._/]/)[0] ?? clean;
}

function joined(blocks: readonly SiteBlock[], together: number): SiteBlock[] {
  return Array.from({ length: Math.ceil(blocks.length / together) }, (_, i) => {
    const members = blocks.slice(i * together, (i + 1) * together);
    const [first, last] = [members[0]!.name, members.at(-1)!.name];
    return {
      name: first === last ? first : `${first} … ${last}`,
      sites: members.flatMap(({ sites }) => sites),
    };
  });
}
