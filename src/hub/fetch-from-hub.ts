import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { FormatError, RuntimeError, TranspikeError, UsageError } from '../errors.ts';
import { withFolderLock } from '../files/folder-lock.ts';
import { shortageError, shortageOf } from '../shortage.ts';
import { type ChosenFiles, chooseFiles } from './choose-files.ts';
import { downloadBlob, type HubFile } from './download-blob.ts';
import { type HubAddress, parseHubAddress } from './hub-address.ts';
import { HubCache, isCommit } from './hub-cache.ts';
import { HubUnreachable } from './hub-connection.ts';
import { askForRepository } from './hub-repository.ts';
import { type HubSettings, hubSettings } from './hub-settings.ts';

/** How far the download of a model has come. Told at least once where the hub was asked. */
export interface DownloadProgress {
  /** `owner/name`. */
  readonly repository: string;
  readonly commit: string;
  /** As its card names it, for example `apache-2.0`; absent where it says none. */
  readonly licence?: string;
  /** Bytes that were fetched, and of all that were not in the cache before; 0 of 0 if all were. */
  readonly done: number;
  readonly total: number;
}

/** What of a download is told. */
export interface DownloadOptions {
  readonly onDownload?: ((progress: DownloadProgress) => void) | undefined;
}

/** A model of the hub in the cache. */
export interface CachedModel {
  /** Folder of the commit, with links to its files. */
  readonly folder: string;
  /** The folder, or the ONNX file in it that is to be opened. */
  readonly path: string;
  /** Name of the repository, without its owner. */
  readonly name: string;
}

/**
 * Fetches what a network is opened from into the hub's cache, unless it is there. Without a connection, or with `HF_HUB_OFFLINE`, what was
 * fetched before is taken.
 *
 * @param text `hf:owner/name[/file.onnx][@revision]`
 * @throws FormatError if there is no such model, it may not be read, or its weights cannot; RuntimeError if the hub cannot be reached
 * and the cache does not have it, or the disk is full
 */
export async function fetchFromHub(
  text: string,
  { onDownload }: DownloadOptions = {},
  settings?: HubSettings,
): Promise<CachedModel> {
  const address = parseHubAddress(text);
  const known = settings ?? (await hubSettings());
  const cache = new HubCache(known.cache, address.repository);
  const cached = await inCache(address, cache);
  // A commit never changes.
  if (cached && (known.offline || isCommit(address.revision))) return cached;
  if (known.offline) throw notCached(address, cache);
  try {
    return await download(address, cache, known, onDownload);
  } catch (error) {
    if (error instanceof HubUnreachable && cached) return cached;
    const resource = shortageOf(error);
    throw resource && !(error instanceof TranspikeError)
      ? shortageError(cache.folder, resource, error)
      : error;
  }
}

/** `undefined` where a file is missing. */
async function inCache(address: HubAddress, cache: HubCache): Promise<CachedModel | undefined> {
  const commit = await cache.commitOf(address.revision);
  const paths = commit === undefined ? [] : await cache.files(commit);
  if (commit === undefined || paths.length === 0) return undefined;
  try {
    const chosen = chooseFiles(address, paths);
    return isWhole(chosen) ? cachedModel(address, cache, commit, chosen) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether all parts of weights are there, by what their names say: `model-00001-of-00003.safetensors`. */
function isWhole({ onnx, paths }: ChosenFiles): boolean {
  const parts = paths.filter((path) => /-of-\d+\.safetensors$/.test(path));
  const count = Number(/-of-(\d+)\./.exec(parts[0] ?? '')?.[1] ?? 0);
  return onnx !== undefined || (paths.includes('config.json') && parts.length === count);
}

function cachedModel(
  { repository }: HubAddress,
  cache: HubCache,
  commit: string,
  { onnx }: ChosenFiles,
): CachedModel {
  const folder = cache.snapshot(commit);
  const name = repository.slice(repository.indexOf('/') + 1);
  return { folder, path: onnx === undefined ? folder : join(folder, onnx), name };
}

async function download(
  address: HubAddress,
  cache: HubCache,
  settings: HubSettings,
  onDownload: DownloadOptions['onDownload'],
): Promise<CachedModel> {
  const repository = await askForRepository(address, settings);
  const { commit, licence, files } = repository;
  const chosen = chooseFiles(
    address,
    files.map(({ path }) => path),
  );
  const present = new Set(await cache.files(commit));
  const missing = files.filter(({ path }) => chosen.paths.includes(path) && !present.has(path));
  const known = await Promise.all(missing.map((file) => cache.has(file)));
  const absent = missing.filter((_, i) => !known[i]);
  const total = sizeOf(absent);
  let done = 0;
  const tell = (bytes: number) => {
    done += bytes;
    const said = { repository: address.repository, commit, ...(licence !== undefined && { licence }) };
    onDownload?.({ ...said, done, total });
  };
  tell(0);
  if (missing.length > 0) {
    await alone(address, cache, async () => {
      await requireRoom(cache, total);
      for (const file of absent) {
        await repository.reading(() =>
          downloadBlob(file, cache.blob(file.hash), repository.stream(file), tell),
        );
      }
      for (const { hash, path } of missing) await cache.link(hash, commit, path);
    });
  }
  await cache.keepCommit(address.revision, commit);
  return cachedModel(address, cache, commit, chosen);
}

/** Models of one repository that this process fetches, one after the other. */
const underWay = new Map<string, Promise<unknown>>();

/** Two that write the same file would spoil it. */
async function alone<R>({ text }: HubAddress, { folder }: HubCache, work: () => Promise<R>): Promise<R> {
  const before = underWay.get(folder) ?? Promise.resolve();
  const turn = before.then(() => withFolderLock(folder, work));
  underWay.set(
    folder,
    turn.catch(() => undefined),
  );
  try {
    return await turn;
  } catch (error) {
    if (!(error instanceof UsageError) || error.where !== folder) throw error;
    throw new UsageError(
      {
        where: text,
        expected: `to be alone in writing ${folder}`,
        got: error.got ?? error.message,
        remedy: 'Wait until the other download has ended, or choose another cache with HF_HOME',
      },
      { cause: error },
    );
  }
}

async function requireRoom({ folder }: HubCache, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (needed <= bavail * bsize) return;
  throw new RuntimeError({
    where: folder,
    expected: `${gigabytes(needed)} of room on the disk`,
    got: gigabytes(bavail * bsize),
    remedy: 'Make room, or choose a cache on another disk with HF_HOME',
  });
}

function notCached({ text }: HubAddress, { folder }: HubCache): FormatError {
  return new FormatError({
    where: text,
    expected: `the model in the cache (${folder}), since HF_HUB_OFFLINE is set`,
    got: 'not all of it',
    remedy: 'Take HF_HUB_OFFLINE away once, or give a folder that the model was downloaded to',
  });
}

function sizeOf(files: readonly HubFile[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(bytes < 1e8 ? 3 : 1)} GB`;
}
