import type { SpikeSite } from './spike-sites.ts';

/** What a site is in a Transformer block, in the words of ECMT's reference code. */
export type AttentionPlace = 'fc_qkv' | 'q' | 'k' | 'v' | 's' | 'fc_out' | 'fc1' | 'fc2';

/** Position of a site in a Transformer: which block, and where in it. */
export interface AttentionRole {
  /** Counted from 0. */
  readonly block: number;
  readonly place: AttentionPlace;
}

const activations = ['Erf', 'Gelu', 'Relu', 'Tanh', 'Sigmoid', 'HardSwish', 'Swish'];

/**
 * Finds each site's block and place from the way the operators are connected: scores are the product that a softmax
 * follows, values what the softmax is multiplied with, and so on. A block starts where queries are made.
 *
 * @param sites all sites of a graph in topological order
 * @returns roles by site name
 */
export function attentionRoles(sites: readonly SpikeSite[]): Map<string, AttentionRole> {
  const operands = sites.filter(({ feeds }) => feeds.some(({ kind }) => kind === 'product'));
  const weights = operands.filter(({ follows }) => follows.has('Softmax'));
  const scores = new Set(weights.flatMap(({ after }) => [...after]));
  const projections = new Set(
    operands.filter((site) => !weights.includes(site)).flatMap(({ after }) => [...after]),
  );
  const products = new Set(operands.flatMap(({ feeds }) => feeds.map(({ node }) => node.name)));

  const placeOf = (site: SpikeSite): AttentionPlace => {
    if (weights.includes(site)) return 's';
    if (operands.includes(site)) return operandPlace(site, scores);
    if (site.feeds.some(({ node }) => projections.has(node.name))) return 'fc_qkv';
    if ([...site.after].some((name) => products.has(name)) && site.after.size === 1) return 'fc_out';
    return activations.some((each) => site.follows.has(each)) ? 'fc2' : 'fc1';
  };

  const roles = new Map<string, AttentionRole>();
  let block = -1;
  for (const site of sites) {
    const place = placeOf(site);
    if (place === 'fc_qkv') block++;
    roles.set(site.name, { block: Math.max(block, 0), place });
  }
  return roles;
}

function operandPlace(site: SpikeSite, scores: ReadonlySet<string>): AttentionPlace {
  const score = site.feeds.find(({ node }) => scores.has(node.name));
  if (!score) return 'v';
  return score.operands[0]!.value === site.value ? 'q' : 'k';
}
