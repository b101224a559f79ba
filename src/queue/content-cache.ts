import { randomUUID } from 'node:crypto';
import { open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { RuntimeError } from '../errors.ts';
import { makeFolder } from '../files/make-folder.ts';
import { shortageError, shortageOf } from '../shortage.ts';
import { type Content, contentOf, knownContentOfFile } from './content.ts';
import { type ContentSource, fetchBytes, fetchContent } from './fetch-content.ts';

/** Megabytes that a cache takes where nothing is said. */
export const defaultCacheMB = 20_000;

/** Part of the limit that may come in until what is there is looked through, and that stays free then. */
const slack = 0.02;

/** Where content is kept where nothing is said. */
export function defaultCacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return join(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'transpike', 'content');
}

/**
 * Content on this machine. A file is taken from where the command has it if the same path exists here with the same content; else from the folder of
 * the cache; else it is fetched there. What was not used for longest goes when the limit is reached. Several processes may share a folder.
 */
export class ContentCache {
  readonly #folder: string;
  readonly #limit: number;
  readonly #onWarning: (message: string) => void;
  #comingIn: number;

  /** @param onWarning told when pictures cannot be kept; they are used all the same */
  constructor(folder: string, megabytes: number, onWarning: (message: string) => void) {
    this.#folder = folder;
    this.#limit = megabytes * 1e6;
    this.#onWarning = onWarning;
    this.#comingIn = Number.POSITIVE_INFINITY;
  }

  /**
   * Path of a file with the content.
   *
   * @throws RuntimeError if it cannot be fetched, the limit is too small for it, or the disk is full
   */
  async pathOf(content: Content, source: ContentSource): Promise<string> {
    const { path, hash, size } = content;
    const kept = join(this.#folder, hash);
    for (const place of [path, kept]) {
      if (place !== undefined && (await isContent(place, content))) return touched(place, kept);
    }
    if (size > this.#limit) throw tooLarge(this.#folder, size, this.#limit);
    await this.#keep(hash, size, async (write) => fetchContent(content, source, write)).catch(this.#explain);
    return kept;
  }

  /** Bytes of a picture, or of anything else that fits into memory. @throws RuntimeError if they cannot be fetched */
  async bytesOf(content: Content, source: ContentSource): Promise<Uint8Array> {
    const { path, hash, size } = content;
    const kept = join(this.#folder, hash);
    for (const place of [path, kept]) {
      const bytes = place === undefined ? undefined : await readFile(place).catch(() => undefined);
      if (!bytes || contentOf(bytes).hash !== hash) continue;
      await touched(place!, kept);
      return bytes;
    }
    const bytes = await fetchBytes(content, source);
    await this.#keep(hash, size, (write) => write(bytes)).catch((error: unknown) => {
      this.#onWarning(`pictures are not kept: ${this.#explanation(error).message}`);
    });
    return bytes;
  }

  /** Under another name until it is whole. */
  async #keep(
    hash: string,
    size: number,
    fill: (write: (piece: Uint8Array) => Promise<void>) => Promise<void>,
  ): Promise<void> {
    await makeFolder(this.#folder);
    await this.#makeRoom(size);
    const temporary = join(this.#folder, `${hash}.${randomUUID()}.part`);
    try {
      const file = await open(temporary, 'w');
      try {
        await fill(async (piece) => void (await file.writeFile(piece)));
      } finally {
        await file.close();
      }
      await rename(temporary, join(this.#folder, hash));
    } finally {
      await rm(temporary, { force: true });
    }
  }

  /** What was not used for longest goes. Looking through the folder takes time, and is done now and then. */
  async #makeRoom(size: number): Promise<void> {
    this.#comingIn += size;
    if (this.#comingIn < slack * this.#limit) return;
    this.#comingIn = 0;
    const files = await filesIn(this.#folder);
    let total = size + files.reduce((sum, file) => sum + file.size, 0);
    for (const { path, size: freed } of files.sort((a, b) => a.used - b.used)) {
      if (total <= (1 - slack) * this.#limit) return;
      await rm(path, { force: true });
      total -= freed;
    }
  }

  readonly #explain = (error: unknown): never => {
    throw this.#explanation(error);
  };

  #explanation(error: unknown): Error {
    const resource = shortageOf(error);
    if (resource !== 'disk') return error as Error;
    const { expected, got } = shortageError(this.#folder, resource, error);
    return new RuntimeError(
      {
        where: this.#folder,
        expected: expected ?? '',
        got: got ?? '',
        remedy: 'Make room, choose a folder on another disk, or a smaller size',
        means: ['cacheFolder', 'cacheMB'],
      },
      { cause: error },
    );
  }
}

interface KeptFile {
  readonly path: string;
  readonly size: number;
  readonly used: number;
}

/** What is half-written belongs to who writes it, unless that was long ago. */
async function filesIn(folder: string): Promise<KeptFile[]> {
  const names = await readdir(folder);
  const files = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const found = await stat(path).catch(() => undefined);
      return found?.isFile() ? [{ path, size: found.size, used: found.atimeMs }] : [];
    }),
  );
  const hourAgo = Date.now() - 3_600_000;
  return files.flat().filter(({ path, used }) => !path.endsWith('.part') || used < hourAgo);
}

async function isContent(path: string, { hash, size }: Content): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile() || found.size !== size) return false;
  return (await knownContentOfFile(path).catch(() => undefined))?.hash === hash;
}

/** Notes that a file of the cache was used. */
async function touched(path: string, kept: string): Promise<string> {
  if (path !== kept) return path;
  const found = await stat(path).catch(() => undefined);
  if (found) await utimes(path, new Date(), found.mtime).catch(() => undefined);
  return path;
}

function tooLarge(folder: string, size: number, limit: number): RuntimeError {
  return new RuntimeError({
    where: folder,
    expected: `room for ${Math.ceil(size / 1e6)} MB of weights`,
    got: `a limit of ${Math.round(limit / 1e6)} MB`,
    remedy: 'Allow more',
    means: ['cacheMB'],
  });
}
