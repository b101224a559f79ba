import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a command took. Memory in MB. */
export interface MeasuredCommand {
  /** Largest of what JavaScript held: objects and array buffers. */
  readonly heap: number;
  /** Largest memory of the process beside mapped files. */
  readonly own: number;
  /** Largest memory of all, mapped files included. */
  readonly rss: number;
  readonly seconds: number;
}

/** Head of the table whose rows {@link measureCommand} prints. */
export const measuredHead = `${'command'.padEnd(28)}${['heap', 'own', 'rss'].map((name) => name.padStart(8)).join('')}   seconds`;

/** Runs the command line in a process of its own, and prints its peaks in MB and its time. @param folder for what it leaves */
export async function measureCommand(
  title: string,
  args: readonly string[],
  folder: string,
): Promise<MeasuredCommand> {
  const started = performance.now();
  const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
  const heapFile = join(folder, 'heap');
  const watch = fileURLToPath(new URL('./watch-heap.mjs', import.meta.url));
  const child = spawn(process.execPath, ['--import', watch, main, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, HEAP_FILE: heapFile },
  });
  const peak = { own: 0, rss: 0 };
  const timer = setInterval(() => {
    const status = readStatus(child.pid);
    peak.own = Math.max(peak.own, status.RssAnon ?? 0);
    peak.rss = Math.max(peak.rss, status.VmHWM ?? 0);
  }, 20);
  const code = await new Promise((resolve) =>
    child.on('exit', (status, signal) => resolve(status ?? signal)),
  );
  clearInterval(timer);
  const seconds = (performance.now() - started) / 1000;
  const heap = Number(readFileSync(heapFile, 'utf8')) / 2 ** 20;
  const measured = { heap, own: peak.own / 1024, rss: peak.rss / 1024, seconds };
  const cells = [heap, measured.own, measured.rss].map((mb) => mb.toFixed(0).padStart(8));
  console.log(
    `${title.padEnd(28)}${cells.join('')}${seconds.toFixed(1).padStart(10)}${code === 0 ? '' : `  FAILED: ${code}`}`,
  );
  return measured;
}

/** Numbers in kB of /proc; empty where there is none. */
function readStatus(pid: number | undefined): Partial<Record<string, number>> {
  try {
    const lines = readFileSync(`/proc/${pid}/status`, 'utf8').matchAll(/^(\w+):\s+(\d+) kB$/gm);
    return Object.fromEntries([...lines].map(([, key, value]) => [key, Number(value)]));
  } catch {
    return {};
  }
}
