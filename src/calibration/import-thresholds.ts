import { z } from 'zod';
import { type AttentionRole, attentionRoles } from '../analysis/attention-roles.ts';
import type { SpikeSite } from '../analysis/spike-sites.ts';
import { FormatError, listProblems } from '../errors.ts';
import { lookUp } from '../look-up.ts';

const entrySchema = z.object({
  name: z.string(),
  place: z.string(),
  scale_p: z.number().positive(),
  scale_n: z.number().positive(),
  times: z.int().min(1).max(24),
  gap: z.number().gt(1),
});

/** Thresholds of one site from a file. */
export interface ImportedThreshold {
  readonly positive: number;
  readonly negative: number;
  /** Number of levels of each sign. */
  readonly levels: number;
  /** Ratio of neighbouring levels. */
  readonly base: number;
}

/**
 * Matches a list of thresholds in the form of ECMT's reference code to the sites of a network.
 * An entry has `name` (its first number is the block), `place` (fc_qkv, q, k, v, s, fc_out, fc1, fc2), `scale_p` and
 * `scale_n` (smallest levels), `times` (levels of each sign) and `gap` (their ratio). The list may stand under
 * `thresholds` in an object.
 *
 * @returns thresholds by site name
 * @throws FormatError that lists all malformed entries, sites without an entry and entries without a site
 */
export function importThresholds(
  json: unknown,
  sites: readonly SpikeSite[],
  where: string,
): Map<string, ImportedThreshold> {
  const entries = parseEntries(json, where);
  const roles = attentionRoles(sites);
  const roleOf = (name: string) => key(lookUp(roles, name, 'role of site'));
  const byRole = new Map(
    entries.map((entry) => [key({ block: blockOf(entry.name), place: entry.place }), entry]),
  );
  const blockless = entries
    .filter(({ name }) => !/\d/.test(name))
    .map(({ name }) => `entry '${name}' has no block number in its name`);
  const twice = repeated(entries.map(({ name, place }) => key({ block: blockOf(name), place })));
  const alike = repeated([...roles.values()].map(key));
  const missing = sites
    .filter(({ name }) => !byRole.has(roleOf(name)))
    .map(({ name }) => `site '${name}' (${roleOf(name)}) has no entry`);
  const wanted = new Set([...roles.values()].map(key));
  const unused = [...byRole]
    .filter(([role]) => !wanted.has(role))
    .map(([role, { name }]) => `entry '${name}' (${role}) fits no site`);
  const problems = [
    ...blockless,
    ...twice.map((role) => `${role} has more than one entry`),
    ...alike.map((role) => `${role} is the role of more than one site`),
    ...missing,
    ...unused,
  ];
  if (problems.length > 0) {
    throw new FormatError(
      listProblems(
        `${where}: the thresholds do not fit the network. Give one entry for each block and place:`,
        problems,
      ),
    );
  }
  return new Map(
    sites.map(({ name }) => {
      const { scale_p, scale_n, times, gap } = lookUp(byRole, roleOf(name), 'thresholds of');
      return [name, { positive: scale_p, negative: scale_n, levels: times, base: gap }];
    }),
  );
}

/** What occurs more than once. */
function repeated(keys: readonly string[]): string[] {
  return [...new Set(keys.filter((each, i) => keys.indexOf(each) !== i))];
}

function parseEntries(json: unknown, where: string) {
  const wrapped = z.object({ thresholds: z.unknown() }).safeParse(json);
  const parsed = z.array(entrySchema).safeParse(wrapped.success ? wrapped.data.thresholds : json);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'file'}: ${message}`);
  throw new FormatError(listProblems(`${where}: not a list of thresholds:`, problems));
}

function blockOf(name: string): number {
  return Number(/\d+/.exec(name)?.[0] ?? 0);
}

function key({ block, place }: Pick<AttentionRole, 'block'> & { place: string }): string {
  return `block ${block}, ${place}`;
}
