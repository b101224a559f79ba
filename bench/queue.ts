import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { link, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { runCli, scratchFolder } from '../test/cli/run-cli.fixture.ts';
import { TestRedis } from '../test/queue/redis.fixture.ts';
import { stubClass } from './stub-class.ts';

/**
 * What a queue costs: evaluations whose workers compute nothing, up to 1,000 of them, and what an evaluation of 50,000 images takes by that.
 * `npm run bench:queue -- [jobs] [seconds an image]`: one image a job.
 */

const script = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const stubs = fileURLToPath(new URL('./queue-stubs.ts', import.meta.url));

/** Stub workers in one process. */
const inProcess = 250;

/** Jobs of the evaluation whose cost is that of the start. */
const few = 16;

/** Clock ticks of /proc in a second. */
const ticks = 100;

/** What an evaluation took. Times are processor time in ms. */
interface Cost {
  readonly seconds: number;
  readonly command: number;
  readonly workers: number;
  readonly redis: number;
  /** Peak memory of the command in MB. */
  readonly memory: number;
  /** Bytes into Redis and out of it. */
  readonly bytes: number;
}

const [total = 10_000, secondsAnImage = 0.2] = process.argv.slice(2).map(Number);
const { folder, remove } = await scratchFolder();
const server = await TestRedis.start();
const redis = new Redis(server.url);
/** A network, one answer of it, and so many pictures as files. */
async function prepare(): Promise<void> {
  await run(['convert', 'vit', '--calibrate', 'x.npy', '-T', '2', '-o', 'e.snn.onnx']);
  await run([
    'evaluate',
    'e.snn.onnx',
    '--data',
    'images',
    '--batch',
    '1',
    '--workers',
    '1',
    '--run',
    'alone',
  ]);
  const [line = ''] = (await readFile(join(folder, 'alone', 'batches.jsonl'), 'utf8')).split('\n');
  const { predictions, activity } = JSON.parse(line);
  const { id, label, ...image } = predictions[0];
  await writeFile(join(folder, 'answer.json'), JSON.stringify({ image, activity, classes: 5 }));
  for (let label = 0; label < 4; label++)
    await mkdir(join(folder, 'many', `class${label}`), { recursive: true });
  for (let i = 0; i < total; i++) {
    const place = `class${i % 4}`;
    await link(join(folder, 'images', place, `${i % 12}.png`), join(folder, 'many', place, `p${i}.png`));
  }
}

async function run(args: readonly string[]): Promise<void> {
  const { code, stderr } = await runCli(folder, args);
  if (code !== 0) throw new Error(stderr);
}

/** Evaluates pictures on the queue, and sees that each counts once, with the answer that belongs to it. */
async function evaluate(team: Team, jobs: number, name: string): Promise<Cost> {
  const [before, busy] = [await redisUse(), await team.processor()];
  const args = [
    'evaluate',
    'e.snn.onnx',
    '--data',
    'many',
    '--batch',
    '1',
    '--limit',
    `${jobs}`,
    '--run',
    `${name}-${team.size}`,
  ];
  const child = spawn(process.execPath, [script, ...args, '--queue', server.url], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  const peak = { memory: 0, command: 0 };
  const watch = setInterval(
    () => void readProcess(child.pid!).then((now) => now && Object.assign(peak, now)),
    50,
  );
  const [code] = await once(child, 'exit');
  clearInterval(watch);
  if (code !== 0) throw new Error(said);
  const [after, done] = [await redisUse(), await team.processor()];
  const record = join(folder, `${name}-${team.size}`);
  await requireExact(record, jobs);
  const { phases } = JSON.parse(await readFile(join(record, 'result.json'), 'utf8'));
  return {
    ...peak,
    seconds: phases.find(({ name }: { name: string }) => name === 'images').seconds,
    workers: done - busy,
    redis: after.processor - before.processor,
    bytes: after.bytes - before.bytes,
  };
}

async function requireExact(record: string, jobs: number): Promise<void> {
  const lines = (await readFile(join(record, 'batches.jsonl'), 'utf8')).trimEnd().split('\n');
  const images = lines.flatMap((line) => JSON.parse(line).predictions as { id: string; source: number[] }[]);
  const ids = new Set(images.map(({ id }) => id));
  const wrong = images.filter(({ id, source }) => source[0] !== stubClass(id, 5));
  if (images.length !== jobs || ids.size !== jobs || wrong.length > 0)
    throw new Error(
      `${record}: ${jobs} images, ${images.length} answers for ${ids.size}, ${wrong.length} wrong`,
    );
}

/** Stub workers in a few processes. */
class Team {
  readonly size: number;
  readonly #processes: readonly ChildProcess[];

  private constructor(size: number, processes: readonly ChildProcess[]) {
    this.size = size;
    this.#processes = processes;
  }

  static async start(size: number): Promise<Team> {
    const counts = Array.from({ length: Math.ceil(size / inProcess) }, (_, i) =>
      Math.min(inProcess, size - i * inProcess),
    );
    const processes = counts.map((count, i) =>
      fork(stubs, [server.url, `${count}`, `stubs${i}`, join(folder, 'answer.json')]),
    );
    while ((await redis.hlen('transpike:workers')) < size) await pause(100);
    return new Team(size, processes);
  }

  /** Processor time so far in ms. */
  async processor(): Promise<number> {
    const all = this.#processes.map(async (each) => {
      each.send('tell');
      const [{ processor }] = await once(each, 'message');
      return (processor.user + processor.system) / 1000;
    });
    return (await Promise.all(all)).reduce((sum, each) => sum + each, 0);
  }

  async stop(): Promise<void> {
    for (const each of this.#processes) each.send('stop');
    await Promise.all(this.#processes.map((each) => once(each, 'exit')));
  }
}

async function redisUse(): Promise<{ readonly processor: number; readonly bytes: number }> {
  const info = await redis.info();
  const number = (key: string) => Number(new RegExp(`^${key}:(.*)\\r$`, 'm').exec(info)?.[1]);
  return {
    processor: 1000 * (number('used_cpu_sys') + number('used_cpu_user')),
    bytes: number('total_net_input_bytes') + number('total_net_output_bytes'),
  };
}

/** Peak memory and processor time of a process that still runs, by Linux. */
async function readProcess(
  pid: number,
): Promise<{ readonly memory: number; readonly command: number } | undefined> {
  try {
    const [status, stat] = await Promise.all(
      ['status', 'stat'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8')),
    );
    const [user, system] = stat!
      .slice(stat!.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13);
    const memory = /^VmHWM:\s+(\d+)/m.exec(status!)?.[1];
    if (memory === undefined) return undefined;
    return { memory: Number(memory) / 1024, command: (1000 / ticks) * (Number(user) + Number(system)) };
  } catch {
    return undefined;
  }
}

/** Minutes of 50,000 images: as long as workers compute, or as the queue takes for the jobs, whichever is more. */
function printModel(carried: ReadonlyMap<number, number>): void {
  console.log(`\n50,000 images at ${secondsAnImage} s each, computed from the rates above:`);
  for (const [workers, rate] of [...carried].sort(([one], [other]) => one - other)) {
    const minutes = [1, 8].map(
      (batch) => Math.max((50_000 * secondsAnImage) / workers, 50_000 / batch / rate) / 60,
    );
    console.log(
      `${String(workers).padStart(8)} workers: ${minutes[0]!.toFixed(1)} minutes with one image a job, ${minutes[1]!.toFixed(1)} with eight`,
    );
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

try {
  await prepare();
  console.log(
    ' workers   jobs  jobs/s  processor ms a job: command  workers  Redis    sum  bytes a job  memory of the command MB',
  );
  const carried = new Map<number, number>();
  for (const [workers, jobs] of [
    [1000, total],
    [1, total / 10],
    [10, total / 5],
    [100, total / 5],
  ] as const) {
    const team = await Team.start(workers);
    const start = await evaluate(team, few, 'start');
    const cost = await evaluate(team, jobs, `of-${workers}`);
    await team.stop();
    const of = (key: 'command' | 'workers' | 'redis' | 'bytes') => (cost[key] - start[key]) / (jobs - few);
    const sum = of('command') + of('workers') + of('redis');
    carried.set(workers, jobs / cost.seconds);
    console.log(
      `${String(workers).padStart(8)}${String(jobs).padStart(7)}${(jobs / cost.seconds).toFixed(0).padStart(8)}${of('command').toFixed(2).padStart(29)}` +
        `${of('workers').toFixed(2).padStart(9)}${of('redis').toFixed(2).padStart(7)}${sum.toFixed(2).padStart(7)}${of('bytes').toFixed(0).padStart(13)}${cost.memory.toFixed(0).padStart(26)}`,
    );
  }
  printModel(carried);
} finally {
  redis.disconnect();
  await server.remove();
  await remove();
}
