import { hostname } from 'node:os';
import { Queue, QueueEvents } from 'bullmq';
import type { Redis } from 'ioredis';
import { counted } from '../counted.ts';
import { Board } from './board.ts';
import { type Connect, connectRedis } from './connect-redis.ts';
import type { Content } from './content.ts';
import { ContentServer } from './content-server.ts';
import { type JobEnd, JobLedger } from './job-ledger.ts';
import { isOnThisMachine, type QueueAddress, queueAddress } from './queue-address.ts';
import { queuePrefix } from './queue-prefix.ts';
import { type RunOffer, runBoard, runOfferSchema } from './run-offer.ts';
import { unlessLost } from './unless-lost.ts';
import { differencesOf, queueNameOf, type WorkIdentity, workIdentity } from './work-identity.ts';
import type { WorkJob, WorkOrder } from './work-message.ts';
import { WorkRates } from './work-rates.ts';
import { workerBoard, workerPresenceSchema } from './worker-presence.ts';

/** Where work is handed out. */
export interface QueueSettings {
  /** `redis://host:port`, or `rediss://…` for TLS. */
  readonly queue: string;
  /** `host:port` at which workers fetch content of this machine. Default: any free port, at all of its addresses. */
  readonly serve?: string | undefined;
}

/** What is told of a queue. */
export interface QueueListener {
  /** @param isWarning whether something is wrong */
  readonly onMessage: (message: string, isWarning: boolean) => void;
}

/** Milliseconds between two looks at the workers. */
const heartbeat = 5000;

/** Jobs that are given ahead for each that is being done, and the fewest. */
const [ahead, fewest] = [2, 16] as const;

/** Bytes of content in memory above which no more is given ahead. */
const mostHeld = 128 * 2 ** 20;

/** Events that Redis keeps. What goes by unseen is asked for. */
const keptEvents = 2000;

/** What a run says of itself at the start. */
export type OfferedRun = Pick<RunOffer, 'title' | 'start' | 'files' | 'bytes' | 'total'>;

/** A queue as a command sees it: one run that is offered, its jobs, the workers, and the content that they fetch. */
export class WorkQueue {
  readonly content: ContentServer;
  readonly #identity: WorkIdentity;
  readonly #redis: Redis;
  readonly #queue: Queue;
  readonly #events: QueueEvents;
  readonly #connections: readonly Redis[];
  readonly #ledger: JobLedger;
  readonly #runs: Board<typeof runOfferSchema>;
  readonly #workers: Board<typeof workerPresenceSchema>;
  readonly #onMessage: QueueListener['onMessage'];
  readonly #told = new Set<string>();
  readonly #rates = new WorkRates();
  readonly #from = `${hostname()}:${process.pid}`;
  #offer: { readonly id: string; run: RunOffer } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #slots = 0;
  #away = false;
  #closed = false;

  private constructor(
    identity: WorkIdentity,
    connect: Connect,
    content: ContentServer,
    onMessage: QueueListener['onMessage'],
  ) {
    const name = queueNameOf(identity);
    const connections = [connect(), connect()] as const;
    [this.#redis] = connections;
    this.content = content;
    this.#identity = identity;
    this.#onMessage = onMessage;
    this.#connections = connections;
    this.#queue = new Queue(name, {
      connection: connections[0],
      prefix: queuePrefix,
      streams: { events: { maxLen: keptEvents } },
    });
    this.#events = new QueueEvents(name, { connection: connections[1], prefix: queuePrefix });
    // An outage is told by the connection.
    this.#queue.on('error', () => undefined);
    this.#events.on('error', () => undefined);
    this.#ledger = new JobLedger(this.#queue, this.#events);
    this.#events.on('stalled', ({ jobId }) => {
      if (this.#ledger.has(jobId)) onMessage('a worker was lost; others do its images', true);
    });
    this.#runs = new Board(this.#redis, runBoard.key, runOfferSchema, runBoard.seconds);
    this.#workers = new Board(this.#redis, workerBoard.key, workerPresenceSchema, workerBoard.seconds);
    this.#redis.on('close', () => this.#noteOutage());
    this.#redis.on('ready', () => void this.#noteReturn());
  }

  /** @throws RuntimeError if there is no Redis; UsageError if it refuses the password, or content cannot be handed out */
  static async open(settings: QueueSettings, { onMessage }: QueueListener): Promise<WorkQueue> {
    const address = queueAddress(settings.queue);
    const { connect, warnings } = await connectRedis(address);
    for (const warning of warnings) onMessage(`${address.shown}: ${warning}`, true);
    const content = await ContentServer.start(servedAt(settings, address));
    const queue = new WorkQueue(await workIdentity(), connect, content, onMessage);
    await queue.#events.waitUntilReady();
    return queue;
  }

  /** Offers a run from now on. @param id its name: equal for what is the same work */
  async offer(id: string, run: OfferedRun): Promise<void> {
    const { addresses, token } = this.content;
    const offer = { ...run, identity: this.#identity, from: this.#from, addresses, token, done: 0 };
    this.#offer = { id, run: offer };
    await this.#runs.put(id, offer);
    await this.#look();
    this.#timer = setInterval(() => void this.#look().catch(() => undefined), heartbeat);
    if (this.#slots === 0) this.#onMessage('no worker is there yet; start some with transpike worker', false);
  }

  /** Jobs that had better be under way now. */
  get wanted(): number {
    if (this.content.heldBytes > mostHeld) return 1;
    return Math.max(fewest, Math.ceil(ahead * this.#slots));
  }

  /** Jobs are small where many workers share few of them. */
  get slots(): number {
    return this.#slots;
  }

  /** Does a job of the run. @param id names what is to be done. @throws JobFailure */
  async run(id: string, order: WorkOrder, images: number): Promise<JobEnd> {
    const { run } = this.#offer!;
    const job: WorkJob = { run: this.#offer!.id, order, images };
    const end = await this.#ledger.run(id, job);
    this.#rates.add(end.worker, images);
    this.#offer!.run = { ...run, done: Math.max(run.done, this.#rates.images) };
    return end;
  }

  /** How the workers are doing, in a few words. */
  describe(): string {
    if (this.#away) return 'Redis does not answer';
    if (this.#slots === 0) return 'no workers';
    const rate = this.#rates.perSecond();
    return `${counted(this.#rates.workers, 'worker')}${rate > 0 ? `, ${rate.toPrecision(3)} images/s` : ''}`;
  }

  /** Gives nothing more, and waits for what workers are at. */
  async stop(): Promise<void> {
    await this.#ledger.withdraw();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#closed = true;
    if (!this.#away && this.#offer) await unlessLost(this.#redis, this.#leave(this.#offer.id));
    const isLost = this.#redis.status !== 'ready';
    for (const each of this.#connections) each.disconnect();
    const closing = Promise.all([this.#queue.close(), this.#events.close()]).catch(() => undefined);
    // A farewell would wait for Redis to come back.
    if (!isLost) await closing;
    await this.content.close();
  }

  release(content: Content | undefined): void {
    if (content) this.content.release(content);
  }

  async #leave(id: string): Promise<void> {
    await this.#ledger.withdraw();
    await this.#runs.remove(id).catch(() => undefined);
  }

  async #look(): Promise<void> {
    const { id, run } = this.#offer!;
    await this.#runs.put(id, run);
    let slots = 0;
    for (const [name, { identity, concurrency, mishaps }] of await this.#workers.all()) {
      const differences = differencesOf(this.#identity, identity);
      if (differences === '') slots += concurrency;
      else
        this.#tellOnce(
          `worker ${name} is refused, since numbers would differ: ${differences} there. Let both have the same`,
        );
      for (const { time, run: of, what } of mishaps)
        if (of === id) this.#tellOnce(`worker ${name}: ${what}`, `${name} ${time}`);
    }
    this.#slots = slots;
    await this.#ledger.sweep();
  }

  #noteOutage(): void {
    if (this.#away || this.#closed) return;
    this.#away = true;
    this.#onMessage('Redis does not answer; waiting for it', true);
  }

  /** Who knows what has become of the jobs: all are asked for. */
  async #noteReturn(): Promise<void> {
    if (!this.#away) return;
    this.#away = false;
    this.#onMessage('Redis answers again', false);
    this.#ledger.forgive();
    if (this.#offer) await this.#runs.put(this.#offer.id, this.#offer.run).catch(() => undefined);
    await this.#ledger.sweep(true);
  }

  #tellOnce(message: string, key = message): void {
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#onMessage(message, true);
  }
}

function servedAt({ serve }: QueueSettings, address: QueueAddress) {
  const local = serve === undefined && isOnThisMachine(address);
  if (serve === undefined) return { local };
  const url = new URL(`http://${serve}`);
  return { local, host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(url.port || '0') };
}
