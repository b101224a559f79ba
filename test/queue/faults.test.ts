import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Board } from '../../src/queue/board.ts';
import { connectRedis } from '../../src/queue/connect-redis.ts';
import { contentOf } from '../../src/queue/content.ts';
import { unpackText } from '../../src/queue/packed.ts';
import { queueAddress } from '../../src/queue/queue-address.ts';
import { runQueueWorker } from '../../src/queue/queue-worker.ts';
import { runBoard, runOfferSchema } from '../../src/queue/run-offer.ts';
import { type WorkIdentity, workIdentity } from '../../src/queue/work-identity.ts';
import type { WorkJob } from '../../src/queue/work-message.ts';
import { WorkQueue } from '../../src/queue/work-queue.ts';
import { workerBoard, workerPresenceSchema } from '../../src/queue/worker-presence.ts';
import { Random } from '../../src/random.ts';
import { TestNetwork } from './network.fixture.ts';
import { hasRedis, TestRedis } from './redis.fixture.ts';

const jobs = 60;
const names = Array.from({ length: jobs }, (_, i) => `j${i}`);
const content = (name: string) => contentOf(Buffer.from(name));
const run = { title: 'a test', start: content('start'), files: [], bytes: 1, total: jobs };

/** What a stub answers, by what its job is about. */
async function hashOf({ order }: WorkJob): Promise<string> {
  return order.kind === 'batch' ? order.batch.hash : '';
}

/** Starts a worker again that finds Redis away just when it begins, as people do; one whose network was cut meanwhile is dead. */
async function serve(network: TestNetwork, start: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await start();
      return;
    } catch (error) {
      if (network.isCut) return;
      if (!/expected a Redis that answers/.test((error as Error).message)) throw error;
    }
  }
}

describe.skipIf(!hasRedis)('a queue', () => {
  let redis: TestRedis;
  const said: string[] = [];
  const ends: (() => unknown)[] = [];
  beforeEach(async () => {
    redis = await TestRedis.start();
    said.length = 0;
  });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
    await redis.remove();
  });

  let workers = 0;
  /** A worker behind a network of its own, which computes nothing. */
  async function startWorker(stub: (job: WorkJob) => Promise<unknown> = hashOf): Promise<TestNetwork> {
    const network = await TestNetwork.start(redis.url);
    const stop = new AbortController();
    const settings = { queue: network.url, concurrency: 1, lease: 1, name: `worker${workers++}` };
    const onMessage = (message: string) => said.push(message);
    const end = serve(network, () => runQueueWorker({ ...settings, stub, signal: stop.signal, onMessage }));
    ends.push(async () => {
      network.cut();
      stop.abort();
      await end;
    });
    return network;
  }

  async function startCommand(): Promise<{ queue: WorkQueue; network: TestNetwork }> {
    const network = await TestNetwork.start(redis.url);
    const queue = await WorkQueue.open(
      { queue: network.url },
      { onMessage: (message) => said.push(message) },
    );
    await queue.offer('run', run);
    ends.push(async () => {
      network.cut();
      await queue.close();
    });
    return { queue, network };
  }

  /** Gives jobs whose answers are not there yet, as a command that is given again does. */
  async function work(queue: WorkQueue, answers: Map<string, string[]>, onAnswer = () => {}): Promise<void> {
    const open = names.filter((name) => !answers.has(name));
    await Promise.all(
      open.map(async (name) => {
        const { answer } = await queue.run(name, { kind: 'batch', batch: content(name) }, 1);
        answers.set(name, [...(answers.get(name) ?? []), unpackText<string>(answer)]);
        onAnswer();
      }),
    );
  }

  const right = new Map(names.map((name) => [name, [content(name).hash]]));

  it('ends with exact totals through ten deaths of workers, commands and Redis', async () => {
    const random = new Random(7);
    const team = [await startWorker(), await startWorker()];
    const answers = new Map<string, string[]>();
    let kills = 0;
    let turn = Promise.resolve();
    const kill = async (command: TestNetwork) => {
      const victim = random.integer(3);
      if (victim === 0) command.cut();
      else if (victim === 1) {
        const place = random.integer(team.length);
        team[place]!.cut();
        team[place] = await startWorker();
      } else {
        await redis.kill();
        await redis.begin();
      }
      return victim === 0;
    };
    while (answers.size < jobs) {
      const { queue, network } = await startCommand();
      const end = new Promise<void>((resolve, reject) => {
        const onAnswer = () => {
          if (answers.size % 5 > 0 || kills === 10) return;
          kills++;
          turn = turn.then(async () => {
            if (await kill(network)) resolve();
          });
        };
        work(queue, answers, onAnswer).then(resolve, reject);
      });
      await end;
      await turn;
    }
    expect(answers).toEqual(right);
    expect(kills).toBe(10);
  });

  it('gives the job of a worker that hangs, or has lost its network, to another', async () => {
    let [lost, free]: [TestNetwork | undefined, () => void] = [undefined, () => undefined];
    const freed = new Promise<void>((resolve) => {
      free = resolve;
    });
    lost = await startWorker(async (job) => {
      lost?.fallSilent();
      await freed;
      return hashOf(job);
    });
    const { queue } = await startCommand();
    const answers = new Map<string, string[]>();
    const end = work(queue, answers);
    await startWorker();
    await end;
    free();
    expect(answers).toEqual(right);
  });

  it('names what three workers died of', async () => {
    const poisonous = async (job: WorkJob) => {
      if ((await hashOf(job)) === content('j3').hash) throw new Error('signal SIGSEGV');
      return hashOf(job);
    };
    await startWorker(poisonous);
    const { queue } = await startCommand();
    const batch = (name: string) => queue.run(name, { kind: 'batch', batch: content(name) }, 1);
    await expect(batch('j3')).rejects.toMatchObject({ why: 'deaths', content: 'signal SIGSEGV' });
    expect(unpackText((await batch('j4')).answer)).toBe(content('j4').hash);
  });

  it.each<[string, (own: WorkIdentity) => WorkIdentity, string]>([
    ['version', (own) => ({ ...own, transpike: '9.9.9' }), 'transpike'],
    [
      'extension',
      (own) => ({ ...own, extensions: ['mine 2.0.0 abc'] }),
      'extensions none and mine 2.0.0 abc',
    ],
    ['arithmetic', (own) => ({ ...own, numbers: 'abc' }), 'arithmetic of the processor'],
  ])('refuses a worker and a run of another %s, and names both', async (_, change, words) => {
    const identity = change(await workIdentity());
    const { connect } = await connectRedis(queueAddress(redis.url));
    const connection = connect();
    ends.push(() => connection.disconnect());
    const there = { identity, host: 'h', process: 1, concurrency: 1, busy: 0, jobs: 0, images: 0, rate: 0 };
    await new Board(connection, workerBoard.key, workerPresenceSchema, workerBoard.seconds).put('other', {
      ...there,
      started: '2026-01-01T00:00:00.000Z',
      mishaps: [],
    });
    const offer = { ...run, identity, from: 'elsewhere', addresses: [], token: '', done: 0 };
    await new Board(connection, runBoard.key, runOfferSchema, runBoard.seconds).put('theirs', offer);
    await startCommand();
    expect(said.join('\n')).toContain('worker other is refused, since numbers would differ: ');
    expect(said.join('\n')).toContain(words);
    await startWorker();
    await expect
      .poll(() => said.join('\n'))
      .toContain('a test of elsewhere is refused, since numbers would differ: ');
  });
});
