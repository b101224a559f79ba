import { readFile, stat } from 'node:fs/promises';

/**
 * Reads a file that was found in a folder, where anything may lie. A pipe or device would be waited for, perhaps for ever.
 *
 * @throws Error if it is no ordinary file; what the system says if it cannot be read
 */
export async function readOrdinaryFile(path: string): Promise<Buffer> {
  const kind = await stat(path);
  if (kind.isFile()) return readFile(path);
  throw new Error(kind.isDirectory() ? 'a folder' : 'a pipe or device');
}
