import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { messageOf, UsageError } from '../errors.ts';
import { type Content, contentOf } from './content.ts';

/** Where a command hands out content. */
export interface ServedAt {
  /** Name or number of this machine as workers reach it. Default: all that it has. */
  readonly host?: string | undefined;
  /** Default: any that is free. */
  readonly port?: number | undefined;
  /** Whether workers are on this machine alone. */
  readonly local: boolean;
}

/** Hands out files and bytes of a command to those who know its token, by HTTP and in ranges. Nothing else can be asked for. */
export class ContentServer {
  /** Addresses that workers may try, the likeliest first. */
  readonly addresses: readonly string[];
  readonly token: string;
  readonly #server: Server;
  readonly #files = new Map<string, Content>();
  readonly #held = new Map<string, { readonly bytes: Uint8Array; users: number }>();
  #heldBytes = 0;

  private constructor(server: Server, token: string, addresses: readonly string[]) {
    this.#server = server;
    this.token = token;
    this.addresses = addresses;
    server.on('request', (request, response) => this.#answer(request, response));
  }

  /** @throws UsageError if the port is taken, or may not be used */
  static async start({ host, port = 0, local }: ServedAt): Promise<ContentServer> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, local ? '127.0.0.1' : undefined, resolve);
    }).catch((cause: unknown) => {
      throw cannotServe(port, cause);
    });
    server.unref();
    const { port: actual } = server.address() as AddressInfo;
    const hosts = local ? ['127.0.0.1'] : host === undefined ? ownHosts() : [host];
    const addresses = hosts.map((each) => `http://${isIPv6(each) ? `[${each}]` : each}:${actual}`);
    return new ContentServer(server, randomBytes(32).toString('hex'), addresses);
  }

  /** Bytes that are in memory for workers to fetch. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Hands out a file from now on. */
  addFile(content: Content): void {
    this.#files.set(content.hash, content);
  }

  /** Hands out bytes until they are released as often as they were added. */
  hold(bytes: Uint8Array): Content {
    const content = contentOf(bytes);
    const held = this.#held.get(content.hash);
    if (held) held.users++;
    else {
      this.#held.set(content.hash, { bytes, users: 1 });
      this.#heldBytes += content.size;
    }
    return content;
  }

  release({ hash, size }: Content): void {
    const held = this.#held.get(hash);
    if (!held) return;
    held.users -= 1;
    if (held.users > 0) return;
    this.#held.delete(hash);
    this.#heldBytes -= size;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const refuse = (status: number) => response.writeHead(status).end();
    if (!this.#isKnown(request.headers.authorization)) return void refuse(401);
    if (request.method !== 'GET') return void refuse(405);
    const [, hash = ''] = /^\/content\/([0-9a-f]{64})$/.exec(request.url ?? '') ?? [];
    const bytes = this.#held.get(hash)?.bytes;
    const file = this.#files.get(hash);
    const size = bytes?.byteLength ?? file?.size;
    if (size === undefined) return void refuse(404);
    const from = startIn(request.headers.range);
    if (from > size || (from === size && size > 0)) return void refuse(416);
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': size - from,
      'accept-ranges': 'bytes',
      ...(from > 0 && { 'content-range': `bytes ${from}-${size - 1}/${size}` }),
    });
    if (bytes) response.end(bytes.subarray(from));
    else sendFile(file?.path ?? '', from, size, response);
  }

  #isKnown(authorization = ''): boolean {
    const [given, own] = [authorization, `Bearer ${this.token}`].map((each) => Buffer.from(each));
    return given!.length === own!.length && timingSafeEqual(given!, own!);
  }
}

function sendFile(path: string, from: number, size: number, response: ServerResponse): void {
  if (size === from) return void response.end();
  const stream = createReadStream(path, { start: from, end: size - 1 });
  // Whoever asked sees that bytes are missing.
  stream.on('error', () => response.destroy());
  response.on('close', () => stream.destroy());
  stream.pipe(response);
}

/** First byte that is wanted; parts are asked for to go on with, so that no end is ever given. */
function startIn(range = ''): number {
  return Number(/^bytes=(\d+)-$/.exec(range)?.[1] ?? 0);
}

/** Names and numbers by which other machines may reach this one. */
function ownHosts(): string[] {
  const numbers = Object.values(networkInterfaces()).flatMap((each = []) =>
    each.filter(({ internal, scopeid }) => !internal && !scopeid).map(({ address }) => address),
  );
  // In a network of containers the name is what reaches; on this very machine always the last one.
  return [...numbers.filter((each) => !isIPv6(each)), hostname(), ...numbers.filter(isIPv6), '127.0.0.1'];
}

function cannotServe(port: number, cause: unknown): UsageError {
  return new UsageError(
    {
      where: `port ${port}`,
      expected: 'a port on which workers can fetch the model and the data',
      got: messageOf(cause),
      remedy: 'Choose another port',
      means: ['serve'],
    },
    { cause },
  );
}
