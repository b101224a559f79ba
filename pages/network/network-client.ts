import type { Reply, Requests } from './requests.ts';

/** What to be told about a long request. */
export type OnProgress = (stage: string, done: number, total: number) => void;

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** The thread that runs networks, as a page sees it. */
export class NetworkClient {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  #onProgress: OnProgress = () => undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<Reply>) => this.#receive(data);
    worker.onerror = ({ message }) =>
      this.#failAll(new Error(message || 'The thread that runs networks failed.'));
  }

  set onProgress(listener: OnProgress) {
    this.#onProgress = listener;
  }

  ask<K extends keyof Requests>(kind: K, given: Requests[K]['given']): Promise<Requests[K]['answer']> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (answer: unknown) => void, reject });
      this.#worker.postMessage({ id, kind, given });
    });
  }

  #receive(reply: Reply): void {
    if ('stage' in reply) {
      this.#onProgress(reply.stage, reply.done, reply.total);
      return;
    }
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('error' in reply) waiting?.reject(new Error(reply.error));
    else waiting?.resolve(reply.answer);
  }

  #failAll(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
