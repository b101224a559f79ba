import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';

/** The place behind all links; the path itself where nothing is. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}
