import { FormatError } from '../errors.ts';
import type { ByteStream, HubFile } from './download-blob.ts';
import type { HubAddress } from './hub-address.ts';
import { isCommit } from './hub-cache.ts';
import { HubConnection } from './hub-connection.ts';
import type { HubSettings } from './hub-settings.ts';

/** One commit of a repository, as the hub tells it. */
export interface HubRepository {
  readonly commit: string;
  /** As the model's card names it; absent where it says none. */
  readonly licence: string | undefined;
  readonly files: readonly HubFile[];
  stream(file: HubFile): ByteStream;
  /** Does what streams are read in. @throws what the hub refuses, in words that say what to do */
  reading<R>(work: () => Promise<R>): Promise<R>;
}

/** Asks the hub what a revision is and which files it has. The client library is loaded for it, and not before. */
export async function askForRepository(address: HubAddress, settings: HubSettings): Promise<HubRepository> {
  const hub = await import('@huggingface/hub');
  const connection = new HubConnection(address, settings);
  const { parameters } = connection;
  const { repository: repo, revision } = address;
  const info = await connection.ask(() =>
    hub.modelInfo({
      ...parameters,
      name: repo,
      revision,
      additionalFields: ['sha', 'cardData', 'tags'],
    }),
  );
  const commit = requireCommit(address, info.sha);
  const files: HubFile[] = [];
  await connection.ask(async () => {
    for await (const each of hub.listFiles({ ...parameters, repo, revision: commit, recursive: true })) {
      if (each.type === 'file') files.push(fileOf(address, each));
    }
  });
  return {
    commit,
    licence: licenceOf(info),
    files,
    stream:
      ({ path }) =>
      async (from) => {
        // Plain ranges of bytes go on anywhere, and every mirror speaks them.
        const blob = await hub.downloadFile({ ...parameters, repo, path, revision: commit, xet: false });
        if (!blob) throw vanished(address, path);
        return blob.slice(from).stream() as ReadableStream<Uint8Array>;
      },
    reading: (work) => connection.ask(work),
  };
}

interface Listed {
  readonly path: string;
  readonly size: number;
  readonly oid?: string;
  readonly lfs?: { readonly oid: string; readonly size: number };
}

/** @throws FormatError for what would leave the cache: paths and hashes come from elsewhere */
function fileOf(address: HubAddress, { path, size, oid, lfs }: Listed): HubFile {
  const hash = lfs?.oid ?? oid ?? '';
  const isSafe = path
    .split('/')
    .every((part) => part !== '' && part !== '.' && part !== '..' && !part.includes('\\'));
  if (isSafe && /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(hash)) return { path, size: lfs?.size ?? size, hash };
  throw new FormatError({
    where: address.text,
    expected: 'files below the repository, with their hashes',
    got: `'${path}' (${hash || 'no hash'})`,
    remedy: 'Download the model by other means, and give its folder',
  });
}

function requireCommit({ text }: HubAddress, sha: unknown): string {
  if (typeof sha === 'string' && isCommit(sha)) return sha;
  throw new FormatError({
    where: text,
    expected: 'the commit of the revision',
    got: String(sha),
    remedy: 'Name a commit as the revision',
  });
}

function licenceOf({ cardData, tags }: { readonly cardData?: unknown; readonly tags?: readonly string[] }) {
  const { license, license_name: name } = (cardData ?? {}) as { license?: unknown; license_name?: unknown };
  const told = license === 'other' && typeof name === 'string' ? name : license;
  if (typeof told === 'string' && told !== '') return told;
  if (Array.isArray(told)) return told.join(', ');
  return tags?.find((tag) => tag.startsWith('license:'))?.slice('license:'.length);
}

function vanished({ text }: HubAddress, path: string): FormatError {
  return new FormatError({
    where: text,
    expected: `a file '${path}'`,
    got: 'none any more',
    remedy: 'Try again: the repository may have changed meanwhile',
  });
}
