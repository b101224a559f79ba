import { createHash } from 'node:crypto';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Below this many bytes a file is read again faster than it is worth a note: 64 MiB take a tenth of a second. */
const worthRemembering = 64 * 2 ** 20;

/**
 * A large file whose contents need not be read again to be verified: notes in the user's cache say what was found in it. They
 * count as long as device, inode, size and the times of change are the same; the time of the inode's change cannot be set, so
 * that a file which was replaced at equal size and time is read again. Where there is no place for a cache nothing is remembered.
 */
export class VerifiedFile {
  readonly path: string;
  readonly #state: string | undefined;

  private constructor(path: string, state: string | undefined) {
    this.path = path;
    this.#state = state;
  }

  /** The file as it is now; what is remembered later is said of this state. */
  static async at(path: string): Promise<VerifiedFile> {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    const state = size < worthRemembering ? undefined : [dev, ino, size, mtimeNs, ctimeNs].join(' ');
    return new VerifiedFile(path, state);
  }

  /** Whether this was found before, and the file is the same since. */
  async isKnown(finding: string): Promise<boolean> {
    const note = this.#noteOf(finding);
    return note !== undefined && (await stat(note).catch(() => undefined)) !== undefined;
  }

  async remember(finding: string): Promise<void> {
    const note = this.#noteOf(finding);
    if (note === undefined) return;
    try {
      await mkdir(notesFolder(), { recursive: true });
      await writeFile(note, '');
    } catch {
      // It is only a shortcut: next time the file is read once more.
    }
  }

  #noteOf(finding: string): string | undefined {
    if (this.#state === undefined) return undefined;
    const name = createHash('sha256').update(`${this.#state}\n${finding}`).digest('hex');
    return join(notesFolder(), name);
  }
}

function notesFolder(): string {
  const { XDG_CACHE_HOME: cache } = process.env;
  return join(cache ? resolve(cache) : join(homedir(), '.cache'), 'transpike', 'verified-weights');
}
