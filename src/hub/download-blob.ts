import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FormatError } from '../errors.ts';

/** A file of the hub, and what its bytes must hash to. */
export interface HubFile {
  readonly path: string;
  readonly size: number;
  /** SHA-256 of the bytes of a large file; else git's SHA-1 of size and bytes. It names the blob. */
  readonly hash: string;
}

/** Where the bytes of a file come from. @param from position of the first one that is wanted */
export type ByteStream = (from: number) => Promise<ReadableStream<Uint8Array>>;

/**
 * Writes a file of the hub as the blob of its hash: first beside it as `.incomplete`, where an interrupted download goes on, and under its
 * name only once its hash is right. A connection that breaks is taken up again as long as bytes arrive.
 *
 * @param onBytes told how many more bytes are there, those of an earlier attempt included
 * @throws FormatError if the bytes are other ones
 */
export async function downloadBlob(
  file: HubFile,
  blob: string,
  stream: ByteStream,
  onBytes: (count: number) => void = () => undefined,
): Promise<void> {
  const incomplete = `${blob}.incomplete`;
  await mkdir(dirname(blob), { recursive: true });
  const kept = await sizeOf(incomplete);
  if (kept > file.size) await rm(incomplete);
  const resumed = kept > 0 && kept <= file.size;
  if (await fill(file, incomplete, stream, onBytes)) return rename(incomplete, blob);
  // What was kept may be of another kind of interruption.
  await rm(incomplete, { force: true });
  onBytes(-file.size);
  if (resumed && (await fill(file, incomplete, stream, onBytes))) return rename(incomplete, blob);
  await rm(incomplete, { force: true });
  throw new FormatError({
    where: file.path,
    expected: `bytes with the hash ${file.hash}`,
    got: 'others, though all of them',
    remedy: 'Try again; if it stays so, tell those who keep the model',
  });
}

/** @returns whether the bytes are right */
async function fill(
  file: HubFile,
  path: string,
  stream: ByteStream,
  onBytes: (count: number) => void,
): Promise<boolean> {
  const hash = hashOf(file);
  let done = await takeKept(path, hash);
  onBytes(done);
  while (done < file.size) {
    const before = done;
    try {
      for await (const chunk of appended(path, await stream(done))) {
        hash.update(chunk);
        done += chunk.length;
        onBytes(chunk.length);
      }
    } catch (error) {
      if (done === before) throw error;
    }
    if (done === before) return false;
  }
  if (file.size === 0) await (await open(path, 'a')).close();
  return done === file.size && hash.digest('hex') === file.hash;
}

/** Chunks once they are in the file. */
async function* appended(path: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'a');
  try {
    for await (const chunk of chunks) {
      await file.writeFile(chunk);
      yield chunk;
    }
  } finally {
    await file.close();
  }
}

async function takeKept(path: string, hash: Hash): Promise<number> {
  const size = await sizeOf(path);
  if (size > 0) for await (const chunk of createReadStream(path)) hash.update(chunk);
  return size;
}

function hashOf({ hash, size }: HubFile): Hash {
  if (hash.length === 64) return createHash('sha256');
  return createHash('sha1').update(`blob ${size}\0`);
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
