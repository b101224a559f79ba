import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What one run of a peer took, and its logits after the last step. */
export interface PeerRun {
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly logits: readonly number[];
}

/** A process of PyTorch with a network, which runs it when it is told to. */
export class Peer {
  readonly version: string;
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #errors: () => string;

  private constructor(
    child: ChildProcessWithoutNullStreams,
    lines: AsyncIterator<string>,
    errors: () => string,
    version: string,
  ) {
    this.#errors = errors;
    this.#process = child;
    this.#lines = lines;
    this.version = version;
  }

  /** @param folder with network.json @returns undefined where there is no PyTorch */
  static async start(folder: string): Promise<Peer | undefined> {
    const script = fileURLToPath(new URL('./peers.py', import.meta.url));
    for (const python of ['/usr/bin/python3', 'python3']) {
      const child = spawn(python, [script, folder], { stdio: 'pipe' });
      child.on('error', () => undefined);
      let failure = '';
      child.stderr.on('data', (text) => {
        failure += text;
      });
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const first = await lines.next();
      if (!first.done) return new Peer(child, lines, () => failure, JSON.parse(first.value).version);
      if (failure && !failure.includes('torch')) throw new Error(failure);
    }
    return undefined;
  }

  async run(form: string, T: number): Promise<PeerRun> {
    this.#process.stdin.write(`${JSON.stringify({ form, T })}\n`);
    const answer = await this.#lines.next();
    if (answer.done) throw new Error(`${form}: the process of PyTorch ended: ${this.#errors()}`);
    return JSON.parse(answer.value);
  }

  async close(): Promise<void> {
    this.#process.stdin.end();
    if (this.#process.exitCode === null) await once(this.#process, 'exit');
  }
}
