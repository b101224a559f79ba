import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a local server that speaks the hub's protocol has, and how it behaves. */
export interface HubServerState {
  /** Files of `owner/name` by path; those that are large by the hub's measure are told with SHA-256. */
  files: Record<string, Uint8Array>;
  readonly large: Set<string>;
  licence: string | undefined;
  gated: boolean;
  /** Tokens that may read a gated or private repository; the server knows no others. */
  tokens: Set<string>;
  isPrivate: boolean;
  /** Sizes that the listing tells instead of the true ones. */
  sizes: Record<string, number>;
  /** Bytes after which the next answers break off, one by one. */
  breaks: number[];
  /** Bytes that are sent instead of the file's. */
  spoilt: Record<string, Uint8Array>;
  /** Status that every request gets. */
  status: number | undefined;
  /** Requests so far, as `path [range]`. */
  readonly requests: string[];
}

export interface HubServer {
  readonly url: string;
  readonly state: HubServerState;
  close(): Promise<void>;
}

/** The commit that `main` is. */
export const commit = '0123456789abcdef0123456789abcdef01234567';

export async function startHubServer(): Promise<HubServer> {
  const state: HubServerState = {
    files: {},
    large: new Set(),
    licence: 'apache-2.0',
    gated: false,
    tokens: new Set(),
    isPrivate: false,
    sizes: {},
    breaks: [],
    spoilt: {},
    status: undefined,
    requests: [],
  };
  const server = createServer((request, response) => answer(state, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    state,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** The hash that the hub tells of a file. */
export function hashOf(bytes: Uint8Array, isLarge: boolean): string {
  if (isLarge) return createHash('sha256').update(bytes).digest('hex');
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

function answer(state: HubServerState, request: IncomingMessage, response: ServerResponse): void {
  const { pathname } = new URL(request.url ?? '/', 'http://hub');
  const { range = '', authorization = '' } = request.headers;
  state.requests.push(`${pathname}${range && ` ${range}`}`);
  if (state.status !== undefined) {
    refuse(response, state.status);
    return;
  }
  const token = /^Bearer (.+)$/.exec(authorization)?.[1];
  if (token !== undefined && !state.tokens.has(token)) {
    refuse(response, 401);
    return;
  }
  const [, info] = /^\/api\/models\/owner\/name\/revision\/(.+)$/.exec(pathname) ?? [];
  const [, tree] = /^\/api\/models\/owner\/name\/tree\/(.+)$/.exec(pathname) ?? [];
  const [, revision, path] = /^\/owner\/name\/resolve\/([^/]+)\/(.+)$/.exec(pathname) ?? [];
  const asked = info ?? tree ?? revision;
  const isHidden = state.isPrivate && token === undefined;
  if (asked === undefined || isHidden) {
    refuse(response, token ? 404 : 401, 'RepoNotFound');
    return;
  }
  if (!['main', 'v1', commit].includes(decodeURIComponent(asked))) {
    refuse(response, 404, 'RevisionNotFound');
    return;
  }
  if (info !== undefined) {
    json(response, infoOf(state));
    return;
  }
  if (tree !== undefined) {
    json(response, treeOf(state));
    return;
  }
  if (state.gated && token === undefined) {
    refuse(response, 401, 'GatedRepo');
    return;
  }
  send(state, response, decodeURIComponent(path!), range);
  return;
}

function infoOf({ licence, gated }: HubServerState) {
  return {
    _id: '1',
    id: 'owner/name',
    sha: commit,
    gated: gated && 'auto',
    private: false,
    downloads: 1,
    likes: 1,
    lastModified: '2025-01-01T00:00:00.000Z',
    tags: licence ? [`license:${licence}`] : [],
    ...(licence && { cardData: { license: licence } }),
  };
}

function treeOf({ files, large, sizes }: HubServerState) {
  return Object.entries(files).map(([path, bytes]) => {
    const size = sizes[path] ?? bytes.length;
    const isLarge = large.has(path);
    const lfs = isLarge && { lfs: { oid: hashOf(bytes, true), size, pointerSize: 130 } };
    return { type: 'file', path, size, oid: hashOf(bytes, false), ...lfs };
  });
}

function send(state: HubServerState, response: ServerResponse, path: string, range: string): void {
  const bytes = state.spoilt[path] ?? state.files[path];
  if (!bytes) {
    refuse(response, 404, 'EntryNotFound');
    return;
  }
  const [, from = '0', to = String(bytes.length - 1)] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
  const part = bytes.subarray(Number(from), Number(to) + 1);
  response.writeHead(range ? 206 : 200, {
    etag: `"${hashOf(bytes, false)}"`,
    'content-length': part.length,
    ...(range && { 'content-range': `bytes ${from}-${to}/${bytes.length}` }),
  });
  const cut = part.length > 1 ? state.breaks.shift() : undefined;
  if (cut === undefined) response.end(part);
  else response.write(part.subarray(0, cut), () => response.destroy());
}

function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function refuse(response: ServerResponse, status: number, code?: string): void {
  response.writeHead(status, code ? { 'x-error-code': code } : {}).end();
}
