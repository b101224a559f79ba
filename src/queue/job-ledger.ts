import type { Queue, QueueEvents } from 'bullmq';
import type { ErrorContent } from '../errors.ts';
import { unpackText } from './packed.ts';
import type { WorkFailure, WorkJob, WorkReturn } from './work-message.ts';

/** Attempts until the workers' deaths are taken for the fault of the job. */
export const mostDeaths = 3;

/** Seconds for which finished jobs stay, for a command that is given again. */
const keptSeconds = 24 * 3600;

/** Milliseconds after which it is asked what became of a job. */
const patience = 30_000;

/** Why nothing came of a job; `withdrawn` if nothing more is wanted of it. */
export class JobFailure extends Error {
  readonly why: WorkFailure['why'] | 'withdrawn';
  readonly content: ErrorContent;

  constructor(why: JobFailure['why'], content: ErrorContent) {
    super(typeof content === 'string' ? content : why);
    this.why = why;
    this.content = content;
  }
}

/** What came of a job. */
export interface JobEnd {
  readonly worker: string;
  /** Seconds that it took there. */
  readonly seconds: number;
  /** As the worker packed it. */
  readonly answer: string;
}

interface Pending {
  readonly job: WorkJob;
  readonly end: Promise<JobEnd>;
  readonly resolve: (end: JobEnd) => void;
  readonly reject: (failure: JobFailure) => void;
  /** When it was given first, or all was forgiven. */
  begun: number;
  /** When it was given last, or asked for. */
  since: number;
}

/**
 * The jobs of one run that are under way. Each has a name of its own that says what is to be done, so that it stands in the queue once, and what is
 * done already is taken. Whatever gets lost, an event, a job, all of Redis, is noticed when jobs are asked for, and they are given again.
 */
export class JobLedger {
  readonly #queue: Queue;
  readonly #pending = new Map<string, Pending>();
  #withdrawn = false;
  #outage = Number.NEGATIVE_INFINITY;

  constructor(queue: Queue, events: QueueEvents) {
    this.#queue = queue;
    events.on('completed', ({ jobId, returnvalue }) =>
      this.#complete(jobId, returnvalue as unknown as WorkReturn),
    );
    events.on('failed', ({ jobId, failedReason }) => this.#fail(jobId, failedReason));
    events.on('duplicated', ({ jobId }) => this.#ask(jobId, true));
  }

  /** Whether a job is under way. */
  has(id: string): boolean {
    return this.#pending.has(id);
  }

  /** Jobs under way. */
  get size(): number {
    return this.#pending.size;
  }

  /** Does a job, once where it is asked for twice. @param id its name. @throws JobFailure */
  run(id: string, job: WorkJob): Promise<JobEnd> {
    if (this.#withdrawn) return Promise.reject(withdrawal());
    const same = this.#pending.get(id);
    if (same) return same.end;
    const { promise: end, resolve, reject } = withResolvers();
    const now = performance.now();
    this.#pending.set(id, { job, end, resolve, reject, begun: now, since: now });
    this.#add(id);
    return end;
  }

  /** Asks what became of jobs that nothing was heard of for long, or of all. */
  async sweep(all = false): Promise<void> {
    const now = performance.now();
    const silent = [...this.#pending].filter(([, { since }]) => all || now - since > patience);
    await Promise.all(silent.map(([id]) => this.#ask(id)));
  }

  /** Redis was away: workers that lost their jobs by that did not die of them. */
  forgive(): void {
    this.#outage = performance.now();
  }

  /** Gives nothing more, and takes back what no worker has begun. The others come to their end. */
  async withdraw(): Promise<void> {
    this.#withdrawn = true;
    await Promise.all(
      [...this.#pending.keys()].map(async (id) => {
        if (await this.#remove(id)) this.#settle(id)?.reject(withdrawal());
      }),
    );
  }

  #add(id: string): void {
    const pending = this.#pending.get(id);
    if (!pending) return;
    pending.since = performance.now();
    const { job } = pending;
    const kept = { age: keptSeconds };
    this.#queue
      .add('work', job, { jobId: id, attempts: mostDeaths, removeOnComplete: kept, removeOnFail: kept })
      // A connection that was cut: it is asked for later.
      .catch(() => undefined);
  }

  async #addAgain(id: string): Promise<void> {
    await this.#remove(id);
    if (this.#withdrawn) this.#settle(id)?.reject(withdrawal());
    else this.#add(id);
  }

  /** @param anew whether it was found there: what failed for a command before is tried again */
  async #ask(id: string, anew = false): Promise<void> {
    const pending = this.#pending.get(id);
    if (!pending) return;
    pending.since = performance.now();
    try {
      const job = await this.#queue.getJob(id);
      if (!job) return await this.#addAgain(id);
      if (job.finishedOn === undefined) return;
      if (job.returnvalue !== null) await this.#complete(id, job.returnvalue as WorkReturn);
      else if (anew) await this.#addAgain(id);
      else await this.#fail(id, job.failedReason);
    } catch {
      // Redis is away; it is asked again.
    }
  }

  async #complete(id: string, end: WorkReturn): Promise<void> {
    if ('abandoned' in end) {
      if (this.#pending.has(id)) await this.#addAgain(id);
      return;
    }
    const pending = this.#settle(id);
    if (!pending) return;
    pending.resolve(end);
    await this.#remove(id);
  }

  async #fail(id: string, reason: string): Promise<void> {
    const { why, content } = readFailure(reason);
    const known = this.#pending.get(id);
    if (known && why === 'deaths' && known.begun < this.#outage) {
      known.begun = performance.now();
      return this.#addAgain(id);
    }
    const pending = this.#settle(id);
    if (!pending) return;
    await this.#remove(id);
    pending.reject(new JobFailure(why, content));
  }

  #settle(id: string): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  /** Whether a job is out of the queue; false while a worker has it. */
  async #remove(id: string): Promise<boolean> {
    try {
      return (await this.#queue.remove(id)) === 1;
    } catch {
      return false;
    }
  }
}

function withResolvers(): Pick<Pending, 'resolve' | 'reject'> & { readonly promise: Promise<JobEnd> } {
  let settle: Pick<Pending, 'resolve' | 'reject'>;
  const promise = new Promise<JobEnd>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, ...settle! };
}

function withdrawal(): JobFailure {
  return new JobFailure('withdrawn', 'stopped');
}

/** What BullMQ itself says of a job is that it stalled too often. */
function readFailure(reason: string): Pick<WorkFailure, 'why' | 'content'> {
  try {
    return unpackText<WorkFailure>(reason);
  } catch {
    return { why: 'deaths', content: reason };
  }
}
