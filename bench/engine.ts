// Times the source network, the fast engine in float32 and with 8-bit synapses, and the in-graph engine.
//   npm run bench:engine -- [--json out.json] [--only NETWORK] [--quick] [--rounds N]
// At the end it says which bars hold (bars.ts).
// Engines of one configuration take turns in one process, so that machine noise meets all of them; times are medians.
// Processor time is that of all threads; it is the steadier figure where other programs load the machine.
// Peak memory is that of a process of its own for each engine.
import { execFile } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { requireWritable, wholeNumber } from '#internals';
import { describeBars } from './bars.ts';
import type { EngineUnderTest, Task } from './engine-child.ts';
import { methodOf, type NetworkName, networks } from './networks.ts';

const { values: options } = parseArgs({
  options: {
    json: { type: 'string' },
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
  },
});
const rounds = wholeNumber(1)(options.rounds ?? (options.quick ? '3' : '7'));
if (options.json) await requireWritable(options.json, { inputs: [], kind: 'json' });
const engines = ['source', 'fast', 'int8', 'in-graph'] as const satisfies readonly EngineUnderTest[];
const child = fileURLToPath(new URL('./engine-child.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'transpike-bench-'));

type Configuration = Pick<Task, 'network' | 'batch' | 'T' | 'threads'>;

/** One engine in one configuration. */
export interface Row extends Configuration {
  readonly engine: EngineUnderTest;
  readonly secondsPerImage: number;
  readonly ratioToSource: number;
  readonly processorSecondsPerImage: number;
  readonly processorRatioToSource: number;
  readonly peakMemoryMB: number;
}

type Times = Readonly<
  Record<EngineUnderTest, { readonly seconds: number; readonly processorSeconds: number }>
>;

async function inChild<Answer>(task: Partial<Task>): Promise<Answer> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...process.execArgv, child, JSON.stringify({ folder, ...task })],
    {
      maxBuffer: 2 ** 24,
    },
  );
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

function configurations(): Configuration[] {
  const names = (Object.keys(networks) as NetworkName[]).filter(
    (name) => !options.only || name === options.only,
  );
  if (names.length === 0) throw new Error(`--only: expected one of ${Object.keys(networks).join(', ')}`);
  return names.flatMap((network) => gridOf(network).map((each) => ({ network, ...each })));
}

/** What is timed of a network; steps grow far where that is the question, on one thread. */
function gridOf(network: NetworkName): Omit<Configuration, 'network'>[] {
  const grid = (batches: readonly number[], steps: readonly number[], threads: readonly number[]) =>
    batches.flatMap((batch) => steps.flatMap((T) => threads.map((n) => ({ batch, T, threads: n }))));
  if (methodOf(network) === 'rate') {
    return options.quick ? grid([32], [32], [1]) : grid([1, 32], [8, 32, 256, 1024], [1]);
  }
  if (options.quick) return grid([8], [4], [1]);
  const usual = grid([1, 8], [1, 2, 4, 8], [1, 2]);
  return network === 'deit-tiny' ? [...usual, ...grid([1], [16, 32, 64], [1])] : usual;
}

/** Neurons in the graph keep all of their values: many steps of a large batch would take the memory of a small machine. */
function enginesFor({ network, batch, T }: Configuration): readonly EngineUnderTest[] {
  const isLarge = methodOf(network) === 'rate' ? batch * T > 32 : T > 8;
  return isLarge ? engines.filter((engine) => engine !== 'in-graph') : engines;
}

const rows: Row[] = [];
try {
  for (const name of new Set(configurations().map(({ network }) => network))) {
    await inChild({ kind: 'prepare', network: name });
  }
  console.log(
    'network       batch    T  threads  engine     s/image   ×source  ×T·source  ×processor  peak MB',
  );
  for (const configuration of configurations()) {
    const under = enginesFor(configuration);
    const times = await inChild<Times>({ kind: 'time', ...configuration, engines: under, rounds });
    for (const engine of under) {
      const { peakMemoryMB } = await inChild<Pick<Row, 'peakMemoryMB'>>({
        kind: 'memory',
        ...configuration,
        engines: [engine],
      });
      const { seconds, processorSeconds } = times[engine];
      const row: Row = {
        ...configuration,
        engine,
        secondsPerImage: seconds,
        ratioToSource: seconds / times.source.seconds,
        processorSecondsPerImage: processorSeconds,
        processorRatioToSource: processorSeconds / times.source.processorSeconds,
        peakMemoryMB,
      };
      rows.push(row);
      print(row);
    }
    // The whole grid takes half an hour: what there is stays when it is interrupted.
    if (options.json) save(options.json);
  }
  for (const line of describeBars(rows)) console.log(line);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function save(path: string) {
  writeFileSync(`${path}.part`, `${JSON.stringify(rows, null, 1)}\n`);
  renameSync(`${path}.part`, path);
}

function print(row: Row) {
  const { network, batch, T, threads, engine, secondsPerImage, ratioToSource, peakMemoryMB } = row;
  const cells = [
    network.padEnd(13),
    String(batch).padStart(5),
    String(T).padStart(4),
    String(threads).padStart(7),
    ` ${engine.padEnd(9)}`,
    secondsPerImage.toFixed(5).padStart(9),
    ratioToSource.toFixed(2).padStart(8),
    (ratioToSource / T).toFixed(2).padStart(9),
    row.processorRatioToSource.toFixed(2).padStart(11),
    String(peakMemoryMB).padStart(9),
  ];
  console.log(cells.join(' '));
}
