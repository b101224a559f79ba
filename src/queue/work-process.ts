import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ErrorContent } from '../errors.ts';
import { workerArguments } from '../workers/worker-arguments.ts';
import type { ContentSource } from './fetch-content.ts';
import type { PlacesOfFiles } from './opened-work.ts';
import type { WorkJob } from './work-message.ts';

/** What a process is told once. */
export interface ChildSetup {
  readonly extensions: readonly string[];
  readonly cacheFolder: string;
  readonly cacheMB: number;
}

/** A job with what the worker knows of its run. */
export interface ChildRequest {
  readonly job: WorkJob;
  readonly source: ContentSource;
  /** Path of what all jobs of the run need. */
  readonly start: string;
  readonly files: PlacesOfFiles;
  /** Threads of ONNX Runtime. */
  readonly threads: number;
}

/** `trouble` is of this machine or its connections, not of the job. */
export type ChildFailure = {
  readonly why: 'memory' | 'error' | 'trouble';
  readonly content: ErrorContent;
};

/** What a process says. */
export type ChildReply =
  | { readonly ready: true }
  | { readonly warning: string }
  | { readonly answer: string }
  | { readonly failure: ChildFailure };

/** The end of a process that nobody asked for, or that did not answer. */
export class ProcessDeath extends Error {}

type Answer = Exclude<ChildReply, { warning: string }>;

/** A process that does one job at a time, and whose death is no more than the loss of that job. */
export class WorkProcess {
  readonly #child: ChildProcess;
  readonly #onWarning: (message: string) => void;
  #death: ProcessDeath | undefined;
  #waiting: { resolve(answer: Answer): void; reject(death: ProcessDeath): void } | undefined;

  private constructor(onWarning: (message: string) => void) {
    const script = new URL(`./work-child${extname(import.meta.url)}`, import.meta.url);
    this.#onWarning = onWarning;
    this.#child = fork(fileURLToPath(script), {
      serialization: 'advanced',
      execArgv: workerArguments(process.execArgv) ?? process.execArgv,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child.on('message', (reply: ChildReply) => this.#take(reply));
    this.#child.on('error', (error) => this.#die(error.message));
    this.#child.on('exit', (code, signal) =>
      this.#die(signal ? `signal ${signal}` : `an end with code ${code}`),
    );
  }

  /** @throws ProcessDeath if it ends. @returns with a failure if it cannot work */
  static async start(
    setup: ChildSetup,
    onWarning: (message: string) => void,
  ): Promise<WorkProcess | ChildFailure> {
    const started = new WorkProcess(onWarning);
    const reply = await started.#ask(setup, undefined);
    if (!('failure' in reply)) return started;
    started.kill();
    return reply.failure;
  }

  get alive(): boolean {
    return !this.#death;
  }

  /** @param seconds after which it counts as hanging, and is killed. @throws ProcessDeath */
  do(request: ChildRequest, seconds: number): Promise<Answer> {
    return this.#ask(request, seconds);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  async #ask(message: ChildSetup | ChildRequest, seconds: number | undefined): Promise<Answer> {
    if (this.#death) throw this.#death;
    const hang = () => {
      this.#die(`no answer in ${seconds} s`);
      this.kill();
    };
    const timer = seconds === undefined ? undefined : setTimeout(hang, 1000 * seconds);
    try {
      return await new Promise<Answer>((resolve, reject) => {
        this.#waiting = { resolve, reject };
        this.#child.send(message, (error) => error && this.#die(error.message));
      });
    } finally {
      clearTimeout(timer);
      this.#waiting = undefined;
    }
  }

  #take(reply: ChildReply): void {
    if ('warning' in reply) this.#onWarning(reply.warning);
    else this.#waiting?.resolve(reply);
  }

  #die(reason: string): void {
    this.#death ??= new ProcessDeath(reason);
    this.#waiting?.reject(this.#death);
  }
}
