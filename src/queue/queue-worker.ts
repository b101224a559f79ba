import { hostname } from 'node:os';
import { DelayedError, type Job, UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { messageOf, RuntimeError, TranspikeError } from '../errors.ts';
import { usedExtensions } from '../extensions/register-extension.ts';
import { freeMemory } from '../workers/free-memory.ts';
import { Board } from './board.ts';
import { connectRedis } from './connect-redis.ts';
import { ContentCache, defaultCacheFolder, defaultCacheMB } from './content-cache.ts';
import { ContentOfRuns } from './content-of-runs.ts';
import { mostDeaths } from './job-ledger.ts';
import { packText } from './packed.ts';
import { type ProcessAnswer, ProcessPool } from './process-pool.ts';
import { queueAddress } from './queue-address.ts';
import { queuePrefix } from './queue-prefix.ts';
import { type RunOffer, runBoard, runOfferSchema } from './run-offer.ts';
import { unlessLost } from './unless-lost.ts';
import { differencesOf, queueNameOf, type WorkIdentity, workIdentity } from './work-identity.ts';
import type { WorkFailure, WorkJob, WorkReturn } from './work-message.ts';
import { type Mishap, workerBoard, workerPresenceSchema } from './worker-presence.ts';

/** How a worker works. */
export interface QueueWorkerOptions {
  /** Address of the Redis. */
  readonly queue: string;
  /** Jobs at a time, each in a process of its own. */
  readonly concurrency: number;
  /** Folder for what is fetched. Default: `transpike/content` in the user's folder of caches. */
  readonly cacheFolder?: string | undefined;
  /** Most of it, in MB. Default 20,000. */
  readonly cacheMB?: number | undefined;
  /** Seconds without a sign of life after which other workers take a job over. Default 20. */
  readonly lease?: number | undefined;
  /** Seconds after which a job without an answer counts as hanging. Default 900. */
  readonly patience?: number | undefined;
  /** Ends the worker after the jobs under way. */
  readonly signal?: AbortSignal | undefined;
  /** What it is called among all. Default: machine and process, so that a second one in a process needs a name. */
  readonly name?: string | undefined;
  /** Does a job in place of the processes; for measuring the queue alone. */
  readonly stub?: ((job: WorkJob) => Promise<unknown>) | undefined;
  /** Told what is worth knowing. */
  readonly onMessage: (message: string, isWarning: boolean) => void;
}

/** Milliseconds between two signs of life. */
const heartbeat = 5000;

/** Milliseconds that a job waits where this machine cannot do it for the moment. */
const setback = 3000;

/** Mishaps that are told to others. */
const toldMishaps = 10;

/** Part of the free memory that processes may take. */
const share = 0.85;

/** Milliseconds over which a rate is taken. */
const rateWindow = 60_000;

/**
 * Serves a queue until it is stopped: takes jobs of all runs that are of its kind, and does them in processes of its own, while its event loop keeps up the
 * connection.
 *
 * @throws RuntimeError if there is no Redis, or this machine cannot work, as with a full disk
 */
export async function runQueueWorker(options: QueueWorkerOptions): Promise<void> {
  const { connect, warnings } = await connectRedis(queueAddress(options.queue));
  for (const warning of warnings) options.onMessage(warning, true);
  const worker = new QueueWorker(connect, await workIdentity(), options);
  await worker.run();
}

class QueueWorker {
  readonly #options: QueueWorkerOptions;
  readonly #identity: WorkIdentity;
  readonly #redis: Redis;
  readonly #id: string;
  readonly #runs: Board<typeof runOfferSchema>;
  readonly #workers: Board<typeof workerPresenceSchema>;
  readonly #pool: ProcessPool;
  readonly #content: ContentOfRuns;
  readonly #worker: Worker<WorkJob, WorkReturn>;
  readonly #connections: readonly Redis[];
  readonly #refused = new Set<string>();
  readonly #told = new Set<string>();
  readonly #started = new Date().toISOString();
  readonly #rates: { readonly time: number; readonly images: number }[] = [];
  readonly #mishaps: Mishap[] = [];
  #jobs = 0;
  #images = 0;
  #active = 0;
  #away = false;
  #end: (error?: unknown) => void = () => undefined;

  constructor(connect: () => Redis, identity: WorkIdentity, options: QueueWorkerOptions) {
    const { concurrency, cacheFolder = defaultCacheFolder(), cacheMB = defaultCacheMB, lease = 20 } = options;
    this.#options = options;
    this.#id = options.name ?? `${hostname()}:${process.pid}`;
    this.#identity = identity;
    this.#redis = connect();
    this.#runs = new Board(this.#redis, runBoard.key, runOfferSchema, runBoard.seconds);
    this.#workers = new Board(this.#redis, workerBoard.key, workerPresenceSchema, workerBoard.seconds);
    const warn = (message: string) => this.#tellOnce(message);
    const setup = { extensions: usedExtensions().map(({ path }) => path), cacheFolder, cacheMB };
    this.#pool = new ProcessPool(setup, options.patience ?? 900, warn);
    this.#content = new ContentOfRuns(new ContentCache(cacheFolder, cacheMB, warn));
    const own = connect();
    this.#connections = [this.#redis, own];
    this.#worker = new Worker(queueNameOf(identity), (job, token) => this.#do(job, token ?? ''), {
      connection: own,
      prefix: queuePrefix,
      concurrency,
      autorun: false,
      lockDuration: 1000 * lease,
      stalledInterval: 500 * lease,
      maxStalledCount: mostDeaths - 1,
    });
    this.#worker.on('error', (error) => this.#noteOutage(error));
  }

  async run(): Promise<void> {
    const { concurrency, signal, queue, onMessage } = this.#options;
    const { transpike, onnxruntime } = this.#identity;
    onMessage(
      `worker ${this.#id}: ${concurrency} at a time for ${queueAddress(queue).shown}, transpike ${transpike}, onnxruntime ${onnxruntime}`,
      false,
    );
    const ended = new Promise<void>((resolve, reject) => {
      this.#end = (error) => (error === undefined ? resolve() : reject(error as Error));
    });
    const stop = () => this.#end();
    signal?.addEventListener('abort', stop, { once: true });
    const timer = setInterval(() => this.#beat(), heartbeat);
    this.#redis.on('close', () => this.#noteOutage());
    this.#redis.on('ready', () => this.#noteReturn());
    this.#beat();
    this.#worker.run().catch((error) => this.#end(error));
    try {
      if (!signal?.aborted) await ended;
    } finally {
      clearInterval(timer);
      signal?.removeEventListener('abort', stop);
      await this.#close();
    }
  }

  /** Jobs under way come to their end, unless Redis is away: then nobody would hear of it. */
  async #close(): Promise<void> {
    if (!this.#away) await unlessLost(this.#redis, this.#leave());
    if (this.#redis.status !== 'ready') void this.#worker.close(true).catch(() => undefined);
    this.#pool.close();
    // Its own farewell is no outage.
    this.#away = true;
    for (const each of this.#connections) each.disconnect();
  }

  async #leave(): Promise<void> {
    await this.#worker.close().catch(() => undefined);
    await this.#workers.remove(this.#id).catch(() => undefined);
  }

  async #do(job: Job<WorkJob, WorkReturn>, token: string): Promise<WorkReturn> {
    const { run, images } = job.data;
    if (job.attemptsMade + job.stalledCounter >= mostDeaths)
      throw this.#unrecoverable('deaths', job.failedReason ?? 'workers that were lost');
    const offer = await this.#runs.get(run);
    if (!offer) return { abandoned: true };
    const began = performance.now();
    this.#active++;
    try {
      const answer = await this.#answer(job.data, offer);
      if ('answer' in answer) {
        this.#count(images);
        return { worker: this.#id, seconds: (performance.now() - began) / 1000, answer: answer.answer };
      }
      return await this.#refuse(answer.failure, job, token, offer);
    } finally {
      this.#active--;
    }
  }

  async #answer(job: WorkJob, offer: RunOffer): Promise<ProcessAnswer> {
    const { stub } = this.#options;
    if (stub) return { answer: packText(await stub(job)) };
    try {
      const content = await this.#content.of(offer);
      const { most, threads } = this.#roomFor(offer);
      const { from, addresses, token } = offer;
      return await this.#pool.do({ job, ...content, threads, source: { from, addresses, token } }, most);
    } catch (error) {
      if (!(error instanceof TranspikeError)) throw error;
      const { where = '', expected = '', got = '', remedy = '', means } = error;
      return { failure: { why: 'trouble', content: { where, expected, got, remedy, means } } };
    }
  }

  /** As many processes at a time as memory allows; the processors left over become threads of theirs. */
  #roomFor({ bytes, title }: RunOffer): { readonly most: number; readonly threads: number } {
    const { concurrency } = this.#options;
    const free = freeMemory() + this.#pool.busy * bytes;
    const most = Math.max(1, Math.min(concurrency, Math.floor((share * free) / bytes)));
    if (most < concurrency)
      this.#tellOnce(
        `${title}: ${most} at a time, since each takes about ${(bytes / 2 ** 30).toFixed(1)} GB`,
      );
    return { most, threads: Math.max(1, Math.floor(concurrency / most)) };
  }

  async #refuse(
    { why, content }: Extract<ProcessAnswer, { failure: unknown }>['failure'],
    job: Job<WorkJob, WorkReturn>,
    token: string,
    offer: RunOffer,
  ): Promise<never> {
    const error = new RuntimeError(content);
    this.#note(job.data.run, error.message);
    if (why === 'death') {
      this.#options.onMessage(
        `${offer.title}: its process died (${error.message}); another does its job`,
        true,
      );
      throw new Error(packText({ why: 'deaths', content, worker: this.#id } satisfies WorkFailure));
    }
    if (why !== 'trouble') throw this.#unrecoverable(why, content);
    await job.moveToDelayed(Date.now() + setback, token);
    // A full disk stays full.
    if (error.means.includes('cacheFolder') || error.means.includes('cacheMB')) this.#end(error);
    else this.#tellOnce(error.message);
    throw new DelayedError();
  }

  #unrecoverable(why: WorkFailure['why'], content: WorkFailure['content']): UnrecoverableError {
    return new UnrecoverableError(packText({ why, content, worker: this.#id } satisfies WorkFailure));
  }

  #count(images: number): void {
    const time = performance.now();
    this.#jobs++;
    this.#images += images;
    this.#rates.push({ time, images });
    while (this.#rates[0]!.time < time - rateWindow) this.#rates.shift();
  }

  #note(run: string, what: string): void {
    this.#mishaps.push({ time: new Date().toISOString(), run, what });
    if (this.#mishaps.length > toldMishaps) this.#mishaps.shift();
  }

  #beat(): void {
    Promise.all([this.#say(), this.#lookForOthers()]).catch(() => undefined);
  }

  async #say(): Promise<void> {
    const now = performance.now();
    const recent = this.#rates.filter(({ time }) => time > now - rateWindow);
    const seconds = Math.max(1, (now - (recent[0]?.time ?? now)) / 1000);
    await this.#workers.put(this.#id, {
      identity: this.#identity,
      host: hostname(),
      process: process.pid,
      concurrency: this.#options.concurrency,
      busy: this.#active,
      jobs: this.#jobs,
      images: this.#images,
      rate: recent.slice(1).reduce((sum, { images }) => sum + images, 0) / seconds,
      started: this.#started,
      mishaps: this.#mishaps,
    });
  }

  /** Runs of another kind are refused, so that whoever waits for this worker knows why. */
  async #lookForOthers(): Promise<void> {
    for (const [id, { identity, from, title }] of await this.#runs.all()) {
      const differences = differencesOf(identity, this.#identity);
      if (differences === '' || this.#refused.has(id)) continue;
      this.#refused.add(id);
      this.#options.onMessage(
        `${title} of ${from} is refused, since numbers would differ: ${differences} here. Let both have the same`,
        true,
      );
    }
  }

  #noteOutage(error?: Error): void {
    if (this.#away || this.#redis.status === 'ready') return;
    this.#away = true;
    const reason = error ? ` (${messageOf(error)})` : '';
    this.#options.onMessage(`Redis does not answer${reason}; waiting for it`, true);
  }

  #noteReturn(): void {
    if (this.#away) this.#options.onMessage('Redis answers again', false);
    this.#away = false;
  }

  #tellOnce(message: string): void {
    if (this.#told.has(message)) return;
    this.#told.add(message);
    this.#options.onMessage(message, true);
  }
}
