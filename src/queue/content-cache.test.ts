import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { contentOf } from './content.ts';
import { ContentCache } from './content-cache.ts';
import { ContentServer } from './content-server.ts';
import { fetchBytes, fetchContent } from './fetch-content.ts';

let folder: string;
let server: ContentServer;
const warnings: string[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'transpike-content-'));
  server = await ContentServer.start({ local: true });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  warnings.length = 0;
});

const source = () => ({ addresses: server.addresses, token: server.token, from: 'head:1' });
const cacheIn = (name: string, megabytes = 1) =>
  new ContentCache(join(folder, name), megabytes, (warning) => warnings.push(warning));
const numbered = (size: number, first: number) => Uint8Array.from({ length: size }, (_, i) => first + i);

/** A file that only its command has. */
async function sentFile(name: string, bytes: Uint8Array) {
  const path = join(folder, name);
  await writeFile(path, bytes);
  server.addFile(contentOf(bytes, path));
  return { ...contentOf(bytes), path: `/nowhere/${name}` };
}

describe('content', () => {
  it('is fetched from the byte on where a connection broke off', async () => {
    const content = server.hold(numbered(1000, 3));
    const [address] = server.addresses;
    const headers = { authorization: `Bearer ${server.token}`, range: 'bytes=990-' };
    const response = await fetch(`${address}/content/${content.hash}`, { headers });
    expect([response.status, response.headers.get('content-range')]).toEqual([206, 'bytes 990-999/1000']);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(numbered(1000, 3).slice(990));
  });

  it('is given to those with the token alone, and nothing but content is', async () => {
    const content = server.hold(numbered(10, 0));
    const [address] = server.addresses;
    const statusOf = async (path: string, token: string, method = 'GET') =>
      (await fetch(`${address}${path}`, { method, headers: { authorization: `Bearer ${token}` } })).status;
    const path = `/content/${content.hash}`;
    expect(await statusOf(path, server.token)).toBe(200);
    expect(await statusOf(path, `${server.token.slice(1)}0`)).toBe(401);
    expect(await statusOf('/content/../etc/passwd', server.token)).toBe(404);
    expect(await statusOf(path, server.token, 'DELETE')).toBe(405);
    server.release(content);
    expect(await statusOf(path, server.token)).toBe(404);
  });

  it('that is held twice goes when it was released twice', () => {
    const before = server.heldBytes;
    const [content] = [server.hold(numbered(20, 1)), server.hold(numbered(20, 1))];
    server.release(content);
    expect(server.heldBytes).toBe(before + 20);
    server.release(content);
    expect(server.heldBytes).toBe(before);
  });

  it('is tried at every address, and it is told where the command cannot be reached', async () => {
    const content = server.hold(numbered(10, 7));
    const closed = 'http://127.0.0.1:1';
    const other = { ...source(), addresses: [closed, ...server.addresses] };
    expect(await fetchBytes(content, other)).toEqual(numbered(10, 7));
    const unknown = { ...source(), token: 'never seen', addresses: [closed] };
    await expect(fetchBytes(content, unknown)).rejects.toThrow(
      'content of head:1: expected an answer from http://127.0.0.1:1, got',
    );
  });

  it('that changed since is refused', async () => {
    const content = await sentFile('changing', numbered(50, 1));
    await writeFile(join(folder, 'changing'), numbered(50, 2));
    await expect(fetchContent(content, source(), () => undefined)).rejects.toThrow(
      /^\/nowhere\/changing of head:1: expected what it was when the command began \(\w+…\), got something else\. Leave files alone/,
    );
  });
});

describe('a cache', () => {
  it('takes a file from a shared folder only if it is the same, else fetches it, once', async () => {
    const bytes = numbered(30, 5);
    const shared = join(folder, 'shared');
    await writeFile(shared, bytes);
    const cache = cacheIn('once');
    expect(await cache.pathOf(contentOf(bytes, shared), source())).toBe(shared);
    const content = await sentFile('own', bytes);
    const kept = join(folder, 'once', content.hash);
    // Another file of the same length lies at the same path.
    await writeFile(shared, numbered(30, 6));
    expect(await cache.pathOf({ ...content, path: shared }, source())).toBe(kept);
    const nobody = { addresses: [], token: '', from: 'head:1' };
    expect(await cache.pathOf(content, nobody)).toBe(kept);
    expect(await cache.bytesOf(content, nobody)).toEqual(Buffer.from(bytes));
    expect(await readdir(join(folder, 'once'))).toEqual([content.hash]);
  });

  it('fetches anew what is damaged in its folder', async () => {
    const content = await sentFile('damaged', numbered(40, 9));
    const cache = cacheIn('damaged-cache');
    const kept = await cache.pathOf(content, source());
    await writeFile(kept, numbered(40, 8));
    await cache.pathOf(content, source());
    expect(await readFile(kept)).toEqual(Buffer.from(numbered(40, 9)));
  });

  it('lets go what was not used for longest when its limit is reached', async () => {
    const cache = cacheIn('small', 1);
    const contents = [];
    for (let i = 0; i < 3; i++) {
      const content = await sentFile(`large${i}`, new Uint8Array(400_000).fill(i));
      const kept = await cache.pathOf(content, source());
      await utimes(kept, new Date(1000 * i), new Date());
      contents.push(content.hash);
    }
    expect((await readdir(join(folder, 'small'))).toSorted()).toEqual(contents.slice(1).toSorted());
  });

  it('says that its limit is too small for one file', async () => {
    const content = await sentFile('larger', new Uint8Array(1_500_000));
    await expect(cacheIn('tiny', 1).pathOf(content, source())).rejects.toThrow(
      `${join(folder, 'tiny')}: expected room for 2 MB of weights, got a limit of 1 MB. Allow more.`,
    );
  });

  it('on a full disk uses pictures without keeping them, and says that weights find no room', async () => {
    const content = await sentFile('picture', numbered(60, 2));
    // Whatever is written there, the device says that it is full.
    const full = new ContentCache('/dev/full', 1, (warning) => warnings.push(warning));
    expect(await full.bytesOf(content, source())).toEqual(numbered(60, 2));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('pictures are not kept: ');
  });
});
