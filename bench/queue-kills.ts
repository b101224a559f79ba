import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Random } from '#internals';
import { scratchFolder } from '../test/cli/run-cli.fixture.ts';
import { TestRedis } from '../test/queue/redis.fixture.ts';

/**
 * Kills workers, their processes, the command and Redis at random moments of evaluations on a queue, lets workers hang, and holds every result against that of
 * one machine: `npm run bench:queue-kills -- <kills> <seed>`.
 */

const script = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

/** Workers that are there at a time. */
const workers = 3;

/** Milliseconds of an evaluation after which it counts as hanging. */
const patience = 180_000;

/** What became of evaluations that were disturbed. */
export interface Disturbed {
  /** Kills by what was killed. */
  readonly kills: Readonly<Record<Victim, number>>;
  /** Evaluations that ended. */
  readonly runs: number;
  /** How often a command was given until its evaluation ended. */
  readonly commands: number;
}

/** A worker that hangs is stopped until the next kill. */
const victims = ['worker', 'process', 'command', 'redis', 'hang'] as const;
type Victim = (typeof victims)[number];

/**
 * Disturbs evaluations until there were so many kills.
 *
 * @throws Error if an evaluation hangs, or its result is not that of one machine
 */
export async function disturb(kills: number, seed: number): Promise<Disturbed> {
  const random = new Random(seed);
  const { folder, remove } = await scratchFolder();
  const redis = await TestRedis.start();
  const running = new Set<ChildProcess>();
  const start = (args: readonly string[]) => {
    const child = spawn(process.execPath, [script, ...args], {
      cwd: folder,
      stdio: 'ignore',
      env: { ...process.env, NO_COLOR: '1' },
    });
    running.add(child);
    child.on('exit', () => running.delete(child));
    return child;
  };
  const ended = (child: ChildProcess) =>
    new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const newWorker = () =>
    start(['worker', '--queue', redis.url, '--concurrency', '1', '--cache', 'cache', '--lease', '1']);
  const evaluation = (run: string) => [
    'evaluate',
    'e.snn.onnx',
    '--data',
    'many.npy',
    '--batch',
    '2',
    '--run',
    run,
  ];
  const resultOf = (run: string) =>
    JSON.stringify(
      JSON.parse(readFileSync(join(folder, run, 'result.json'), 'utf8'), (key, value) =>
        ['seconds', 'phases'].includes(key) ? undefined : value,
      ),
    );
  const counts: Record<Victim, number> = { worker: 0, process: 0, command: 0, redis: 0, hang: 0 };
  let [done, runs, commands] = [0, 0, 0];
  try {
    await ended(start(['convert', 'vit', '--calibrate', 'x.npy', '-T', '2', '-o', 'e.snn.onnx']));
    await ended(start([...evaluation('alone'), '--workers', '1']));
    const right = resultOf('alone');
    const team = Array.from({ length: workers }, newWorker);
    const kill = async (command: ChildProcess) => {
      const victim = victims[random.integer(victims.length)]!;
      const place = random.integer(workers);
      for (const each of team) each.kill('SIGCONT');
      if (victim === 'redis') {
        await redis.kill();
        await redis.begin();
      } else if (victim === 'hang') team[place]!.kill('SIGSTOP');
      else if (victim === 'command') command.kill('SIGKILL');
      else if (victim === 'worker') {
        team[place]!.kill('SIGKILL');
        team[place] = newWorker();
      } else for (const child of childrenOf(team[place]!.pid!)) process.kill(child, 'SIGKILL');
      counts[victim]++;
      done++;
    };
    while (done < kills) {
      const run = `run${runs}`;
      for (let code: number | null = null; code !== 0; ) {
        const command = start([...evaluation(run), '--queue', redis.url]);
        commands++;
        const end = ended(command);
        const watch = setTimeout(() => command.kill('SIGTERM'), patience);
        let open = true;
        const closed = end.then(() => {
          open = false;
        });
        while (open && done < kills) {
          await Promise.race([closed, pause(500 + random.integer(3500))]);
          if (open) await kill(command);
        }
        code = await end;
        clearTimeout(watch);
        if (code !== 0 && code !== null) throw new Error(`${run}: the command ended with ${code}`);
      }
      if (resultOf(run) !== right) throw new Error(`${run}: the result is not that of one machine`);
      await rm(join(folder, run), { recursive: true });
      runs++;
      // Where it is stopped before its end, this much is known.
      console.error(`${runs} runs exact through ${JSON.stringify(counts)}, ${commands} commands`);
    }
    return { kills: counts, runs, commands };
  } finally {
    for (const child of running) child.kill('SIGKILL');
    await redis.remove();
    await remove();
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Processes that a process has started, by Linux. */
function childrenOf(parent: number): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const [, , , of] = /^(\d+) \((.*)\) \w (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? [];
      return Number(of) === parent ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [kills = '100', seed = '1'] = process.argv.slice(2);
  console.log(JSON.stringify(await disturb(Number(kills), Number(seed))));
}
