import { contentOf, type ErrorContent } from '../errors.ts';
import {
  type ChildFailure,
  type ChildRequest,
  type ChildSetup,
  ProcessDeath,
  WorkProcess,
} from './work-process.ts';

/** What came of a job in a process. */
export type ProcessAnswer =
  | { readonly answer: string }
  | { readonly failure: ChildFailure | { readonly why: 'death'; readonly content: ErrorContent } };

/** Processes that do jobs, one at a time each. One that dies is replaced when there is more to do. */
export class ProcessPool {
  readonly #setup: ChildSetup;
  readonly #patience: number;
  readonly #onWarning: (message: string) => void;
  readonly #idle: WorkProcess[] = [];
  readonly #all = new Set<WorkProcess>();
  readonly #queue: (() => void)[] = [];
  #busy = 0;

  /** @param patience seconds after which a process without an answer counts as hanging */
  constructor(setup: ChildSetup, patience: number, onWarning: (message: string) => void) {
    this.#setup = setup;
    this.#patience = patience;
    this.#onWarning = onWarning;
  }

  /** Jobs that processes are at. */
  get busy(): number {
    return this.#busy;
  }

  /** Does a job as soon as fewer than so many are being done. */
  async do(request: ChildRequest, most: number): Promise<ProcessAnswer> {
    while (this.#busy >= most) await new Promise<void>((resolve) => this.#queue.push(resolve));
    this.#busy++;
    try {
      return await this.#doNow(request);
    } catch (error) {
      if (!(error instanceof ProcessDeath)) throw error;
      return { failure: { why: 'death', content: contentOf(error) } };
    } finally {
      this.#busy--;
      this.#queue.shift()?.();
    }
  }

  close(): void {
    for (const each of this.#all) each.kill();
  }

  async #doNow(request: ChildRequest): Promise<ProcessAnswer> {
    const taken = await this.#take();
    if (!(taken instanceof WorkProcess)) return { failure: taken };
    try {
      const reply = await taken.do(request, this.#patience);
      if ('ready' in reply) throw new ProcessDeath('an answer to nothing');
      return reply;
    } finally {
      if (taken.alive) this.#idle.push(taken);
      else this.#all.delete(taken);
    }
  }

  async #take(): Promise<WorkProcess | ChildFailure> {
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) {
      if (idle.alive) return idle;
      this.#all.delete(idle);
    }
    const started = await WorkProcess.start(this.#setup, this.#onWarning);
    if (started instanceof WorkProcess) this.#all.add(started);
    return started;
  }
}
