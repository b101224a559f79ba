import { copyFile, mkdir, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { writeAtomically } from '../files/write-atomically.ts';
import type { HubFile } from './download-blob.ts';

/**
 * One repository in the cache that all tools of the hub share: contents by their hashes in `blobs`, and for every commit a folder
 * `snapshots/<commit>` of links to them; `refs` says which commit a branch or a tag was when it was last asked for.
 */
export class HubCache {
  /** Folder of the repository. */
  readonly folder: string;

  constructor(cache: string, repository: string) {
    this.folder = join(cache, `models--${repository.replace('/', '--')}`);
  }

  snapshot(commit: string): string {
    return join(this.folder, 'snapshots', commit);
  }

  blob(hash: string): string {
    return join(this.folder, 'blobs', hash);
  }

  /** The commit that a revision was when it was last asked for, or is itself. */
  async commitOf(revision: string): Promise<string | undefined> {
    if (isCommit(revision)) return revision;
    const text = await readFile(join(this.folder, 'refs', revision), 'utf8').catch(() => '');
    return isCommit(text.trim()) ? text.trim() : undefined;
  }

  async keepCommit(revision: string, commit: string): Promise<void> {
    if (revision === commit || (await this.commitOf(revision)) === commit) return;
    const path = join(this.folder, 'refs', revision);
    await mkdir(dirname(path), { recursive: true });
    await writeAtomically(path, commit);
  }

  /** Paths of the files of a commit that are there. */
  async files(commit: string): Promise<string[]> {
    const folder = this.snapshot(commit);
    const paths = await readdir(folder, { recursive: true }).catch((): string[] => []);
    const present = await Promise.all(paths.map((path) => sizeOfFile(join(folder, path))));
    return paths.filter((_, i) => present[i] !== undefined).toSorted();
  }

  /** Whether the content of a file is there as a whole. */
  async has({ hash, size }: HubFile): Promise<boolean> {
    return (await sizeOfFile(this.blob(hash))) === size;
  }

  /** Gives the content of a hash its path in a commit. */
  async link(hash: string, commit: string, path: string): Promise<void> {
    const [blob, place] = [this.blob(hash), join(this.snapshot(commit), path)];
    await mkdir(dirname(place), { recursive: true });
    const target = relative(dirname(place), blob);
    const temporary = `${place}.${process.pid}.link`;
    try {
      // Some systems let not everybody make links.
      await symlink(target, temporary).catch(() => copyFile(blob, temporary));
      await rename(temporary, place);
    } finally {
      await rm(temporary, { force: true });
    }
  }
}

export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}

/** `undefined` for what is no file. */
async function sizeOfFile(path: string): Promise<number | undefined> {
  const info = await stat(path).catch(() => undefined);
  return info?.isFile() ? info.size : undefined;
}
