import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Folder with models and data for measurements; not part of the project. */
const sharedFolder = resolve(process.env.TRANSPIKE_SHARED ?? '../shared');

/** Path of something in the shared folder. */
export function shared(...parts: string[]): string {
  return join(sharedFolder, ...parts);
}

/** Whether a path exists there; says so when not, because its tests are then skipped. */
export function hasShared(...parts: string[]): boolean {
  const found = existsSync(shared(...parts));
  if (!found) console.warn(`skipped: ${shared(...parts)} is not there (set TRANSPIKE_SHARED to its folder)`);
  return found;
}
