// Times the source network, the fast engine in float32 and with 8-bit synapses, and the in-graph engine.
//   npm run bench:engine -- [--json out.json] [--only NETWORK] [--quick] [--rounds N]
// Engines of one configuration take turns in one process, so that machine noise meets all of them; times are medians.
// Processor time is that of all threads; it is the steadier figure where other programs load the machine.
// Peak memory is that of a process of its own for each engine.
import { execFile } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { wholeNumber } from '../dist/cli/options.js';
import { requireWritable } from '../dist/cli/require-writable.js';
import { networks } from './networks.mjs';

const { values: options } = parseArgs({
  options: {
    json: { type: 'string' },
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
  },
});
const rounds = wholeNumber(1)(options.rounds ?? (options.quick ? '3' : '7'));
if (options.json) await requireWritable(options.json);
const engines = ['source', 'fast', 'int8', 'in-graph'];
const child = fileURLToPath(new URL('./engine-child.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'transpike-bench-'));

async function inChild(task) {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [child, JSON.stringify({ folder, ...task })],
    {
      maxBuffer: 2 ** 24,
    },
  );
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

function configurations() {
  const [steps, batches, threads] = options.quick
    ? [[4], [8], [1]]
    : [
        [1, 2, 4, 8],
        [1, 8],
        [1, 2],
      ];
  const names = Object.keys(networks).filter((name) => !options.only || name === options.only);
  if (names.length === 0) throw new Error(`--only: expected one of ${Object.keys(networks).join(', ')}`);
  return names.flatMap((network) =>
    batches.flatMap((batch) => steps.flatMap((T) => threads.map((n) => ({ network, batch, T, threads: n })))),
  );
}

const rows = [];
try {
  for (const name of new Set(configurations().map(({ network }) => network))) {
    await inChild({ kind: 'prepare', network: name });
  }
  console.log('network      batch  T  threads  engine     s/image   ×source  ×T·source  ×processor  peak MB');
  for (const configuration of configurations()) {
    const times = await inChild({ kind: 'time', ...configuration, engines, rounds });
    for (const engine of engines) {
      const { peakMemoryMB } = await inChild({ kind: 'memory', ...configuration, engines: [engine] });
      const { seconds, processorSeconds } = times[engine];
      rows.push({
        ...configuration,
        engine,
        secondsPerImage: seconds,
        ratioToSource: seconds / times.source.seconds,
        processorSecondsPerImage: processorSeconds,
        processorRatioToSource: processorSeconds / times.source.processorSeconds,
        peakMemoryMB,
      });
      print(rows.at(-1));
    }
    // The whole grid takes half an hour: what there is stays when it is interrupted.
    if (options.json) save(options.json);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function save(path) {
  writeFileSync(`${path}.part`, `${JSON.stringify(rows, null, 1)}\n`);
  renameSync(`${path}.part`, path);
}

function print(row) {
  const { network, batch, T, threads, engine, secondsPerImage, ratioToSource, peakMemoryMB } = row;
  const cells = [
    network.padEnd(12),
    String(batch).padStart(5),
    String(T).padStart(3),
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
