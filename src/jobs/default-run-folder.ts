import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunSettings } from '../results/run-settings.ts';
import { RunFolder } from '../runs/run-folder.ts';
import { identityOf } from '../runs/run-identity.ts';

/** Where runs are kept when nothing else is said. */
const root = 'runs';

/**
 * Folder of a run when nothing else is said: one that the same settings find again, in whatever order they stand.
 *
 * @param name what it begins with
 * @param settings all that decides about the results
 */
export async function defaultRunFolder(name: string, settings: RunSettings): Promise<string> {
  const identity = identityOf(settings);
  const hash = createHash('sha256').update(identity).digest('hex').slice(0, 8);
  const folder = join(root, `${name}-${hash}`);
  if (existsSync(folder)) return folder;
  return (await olderFolder(name, identity)) ?? folder;
}

/** The folder of the same run by an earlier version, which put settings into its name in an order of its own. */
async function olderFolder(name: string, identity: string): Promise<string | undefined> {
  const entries = await readdir(root).catch(() => []);
  const own = entries.filter(
    (entry) => entry.startsWith(`${name}-`) && /^-[0-9a-f]{8}$/.test(entry.slice(name.length)),
  );
  for (const entry of own) {
    const folder = new RunFolder(join(root, entry));
    const settings = await folder.readSettings();
    if (settings && identityOf(settings) === identity) return folder.path;
  }
  return undefined;
}
