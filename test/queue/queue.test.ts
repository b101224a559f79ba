import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Notice } from '../../src/jobs/notice.ts';
import type { Network } from '../../src/opening/open-network.ts';
import { scratchFolder } from '../cli/run-cli.fixture.ts';
import { freePort, hasRedis, TestRedis } from './redis.fixture.ts';

// As built: processes of the sources would need a loader for TypeScript.
const library = (await import(
  new URL('../../dist/index.js', import.meta.url).href
)) as typeof import('../../src/index.ts');

let folder: string;
let remove: () => Promise<void>;
let network: Network;
beforeAll(async () => {
  ({ folder, remove } = await scratchFolder());
  const settings = { calibration: at('x.npy'), steps: 2 };
  ({ network } = await library.convertNetwork(await library.openNetwork(at('vit')), settings));
});
afterAll(() => remove());

const at = (...path: string[]) => join(folder, ...path);

/** What a result says beside what the clock does. */
async function resultIn(run: string): Promise<unknown> {
  const text = await readFile(at(run, 'result.json'), 'utf8');
  return JSON.parse(text, (key, value) => (['seconds', 'phases'].includes(key) ? undefined : value));
}

const messages = (notices: readonly Notice[]) => notices.map(({ message }) => message);

describe.skipIf(!hasRedis)('evaluating on a queue', () => {
  let redis: TestRedis;
  const stop = new AbortController();
  const workers: Promise<void>[] = [];
  beforeAll(async () => {
    redis = await TestRedis.start();
    const settings = { queue: redis.url, concurrency: 1, cacheFolder: at('cache'), signal: stop.signal };
    for (let i = 0; i < 2; i++) workers.push(library.evaluation.serveQueue(settings));
  });
  afterAll(async () => {
    stop.abort();
    await Promise.all(workers);
    await redis.remove();
  });

  it.each([
    ['numbers', 'x.npy', { batchSize: 4 }],
    ['picture files, of which one is damaged', 'images', { batchSize: 3 }],
  ])('gives what it gives here, on %s', async (_, data, settings) => {
    if (data === 'images') await damage(at('images', 'class0', '4.png'));
    const local = { data: at(data), ...settings, workers: 1, folder: at(`local-${data}`) };
    const queued = { data: at(data), ...settings, queue: redis.url, folder: at(`queue-${data}`) };
    await library.evaluateNetwork(network, local);
    const progress: string[] = [];
    const end = await library.evaluateNetwork(network, {
      ...queued,
      onProgress: ({ done, workers }) => progress.push(`${done}: ${workers}`),
    });
    expect(end.finished).toBe(true);
    expect(await resultIn(`queue-${data}`)).toEqual(await resultIn(`local-${data}`));
    expect(progress.at(-1)).toMatch(/^1[12]: [12] workers?, .* images\/s$/);
  });

  it('tunes to the same frontier, byte for byte', async () => {
    const settings = {
      goal: { kind: 'energy', ecmtRatio: 0.5 },
      steps: 1,
      calibration: at('x.npy'),
      batchSize: 4,
    } as const;
    const source = await library.openNetwork(at('vit'));
    await library.tuneNetwork(source, { ...settings, folder: at('tuned-here') });
    await library.tuneNetwork(source, { ...settings, folder: at('tuned-there'), queue: redis.url });
    for (const file of ['tuning.jsonl', 'frontier.json'])
      expect(await readFile(at('tuned-there', file), 'utf8')).toBe(
        await readFile(at('tuned-here', file), 'utf8'),
      );
  });

  it('refuses workers of this machine beside it', async () => {
    const settings = { data: at('x.npy'), queue: redis.url, workers: 2, folder: at('idle') };
    await expect(library.evaluateNetwork(network, settings)).rejects.toThrow(
      'queue: expected workers of the queue alone, which are started elsewhere, got workers of this machine. Leave one of them out.',
    );
  });
});

describe.skipIf(!hasRedis)('a Redis', () => {
  const notices: Notice[] = [];
  beforeEach(() => {
    notices.length = 0;
  });
  const serve = (queue: string, signal = AbortSignal.abort()) =>
    library.evaluation.serveQueue({
      queue,
      concurrency: 1,
      signal,
      onNotice: (notice) => notices.push(notice),
    });

  it('that keeps nothing is used with a warning', async () => {
    const redis = await TestRedis.start(['--appendonly', 'no']);
    await serve(redis.url);
    expect(messages(notices)[0]).toBe(
      'this Redis keeps nothing that outlasts it: after its restart the jobs under way are done again. Let it keep a log (appendonly yes)',
    );
    await redis.remove();
  });

  it('that wants a password says so, and no message tells the one that was given', async () => {
    const redis = await TestRedis.start(['--requirepass', 'sesame']);
    const port = new URL(redis.url).port;
    const refusal = (got: string) =>
      `redis://127.0.0.1:${port}: expected a password that it takes, got ${got}. Give it as redis://user:password@host, or in the variable TRANSPIKE_QUEUE_PASSWORD (TRANSPIKE_QUEUE_USER for the user), which no list of processes shows.`;
    await expect(serve(redis.url)).rejects.toThrow(refusal('none'));
    await expect(serve(`redis://:wrong@127.0.0.1:${port}`)).rejects.toThrow(refusal('another one'));
    await serve(`redis://:sesame@127.0.0.1:${port}`);
    expect(messages(notices).join()).not.toContain('sesame');
    await redis.remove();
  });

  it('that is not there says so', async () => {
    const port = await freePort();
    await expect(serve(`redis://127.0.0.1:${port}`)).rejects.toThrow(
      `redis://127.0.0.1:${port}: expected a Redis that answers, got connect ECONNREFUSED 127.0.0.1:${port}. Start one (redis-server), or check the address; one that speaks TLS has an address that begins with rediss://.`,
    );
  });
});

/** A picture whose end is missing. */
async function damage(path: string): Promise<void> {
  const bytes = await readFile(path);
  await writeFile(path, bytes.subarray(0, 60));
}
