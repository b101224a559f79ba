import { createHash } from 'node:crypto';
import { join } from 'node:path';

/**
 * Where a run is kept when nothing else is said: a folder that the same settings find again.
 *
 * @param identity all that decides about the results, as text
 */
export function defaultRunFolder(name: string, identity: string): string {
  const hash = createHash('sha256').update(identity).digest('hex').slice(0, 8);
  return join('runs', `${name}-${hash}`);
}
