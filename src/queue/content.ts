import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { z } from 'zod';

/** Bytes by what they are: a file, or what is in the memory of a command. */
export const contentSchema = z.object({
  /** SHA-256 as hexadecimal digits. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  size: z.int(),
  /** Absolute path of the file on the machine of the command, where it is one. */
  path: z.string().optional(),
});

export type Content = z.infer<typeof contentSchema>;

/** The content that bytes are. */
export function contentOf(bytes: Uint8Array, path?: string): Content {
  const hash = createHash('sha256').update(bytes).digest('hex');
  return { hash, size: bytes.byteLength, ...(path !== undefined && { path }) };
}

async function contentOfFile(path: string): Promise<Content> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const piece of createReadStream(path, { highWaterMark: 2 ** 20 })) {
    hash.update(piece as Uint8Array);
    size += (piece as Uint8Array).byteLength;
  }
  return { hash: hash.digest('hex'), size, path };
}

/** A file that stays as it is is read through once. */
const known = new Map<string, Content>();

/** The content of a file, however large; of one that did not change since, it is remembered. @throws what the system says if it cannot be read */
export async function knownContentOfFile(path: string): Promise<Content> {
  const { size, mtimeMs, ino } = await stat(path);
  const key = `${path} ${size} ${mtimeMs} ${ino}`;
  const content = known.get(key) ?? (await contentOfFile(path));
  known.set(key, content);
  return content;
}
