import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether there is a Redis to be started; tests that need one are skipped without. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

if (!hasRedis) console.warn('no redis-server here: tests of queues are skipped');

/** A Redis of our own at a free port of the loopback. */
export class TestRedis {
  readonly url: string;
  readonly #arguments: readonly string[];
  readonly #folder: string;
  #process: ChildProcess | undefined;

  private constructor(port: number, folder: string, options: readonly string[]) {
    this.url = `redis://127.0.0.1:${port}`;
    this.#folder = folder;
    this.#arguments = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', folder, ...options];
  }

  /** @param options of redis-server, beside what it needs; default: all is written down */
  static async start(options: readonly string[] = ['--appendonly', 'yes']): Promise<TestRedis> {
    const folder = await mkdtemp(join(tmpdir(), 'transpike-redis-'));
    const redis = new TestRedis(await freePort(), folder, options);
    await redis.begin();
    return redis;
  }

  /** Starts it, again after it was killed. */
  async begin(): Promise<void> {
    const child = spawn('redis-server', this.#arguments, { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#process = child;
    await new Promise<void>((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code) => reject(new Error(`redis-server ended with ${code}`)));
      let said = '';
      child.stdout.on('data', (text) => {
        said += text;
        if (said.includes('Ready to accept connections')) resolve();
      });
    });
  }

  async kill(): Promise<void> {
    const ended = new Promise((resolve) => this.#process?.once('exit', resolve));
    this.#process?.kill('SIGKILL');
    await ended;
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** A port at which nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
