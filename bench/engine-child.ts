// One task of bench/engine.ts in a process of its own; prints its answer as JSON on the last line.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  convert,
  createInGraphEngine,
  createSegmentedEngine,
  type FloatTensor,
  methodNamed,
  OrtSession,
  planRun,
  readOnnx,
  writeOnnx,
} from '#internals';
import { median } from './median.ts';
import { methodOf, type NetworkName, openNetwork, randomImages } from './networks.ts';

/** What to do, and with what. */
export interface Task {
  readonly kind: 'prepare' | 'time' | 'memory';
  readonly folder: string;
  readonly network: NetworkName;
  readonly batch: number;
  readonly T: number;
  readonly threads: number;
  readonly engines: readonly EngineUnderTest[];
  readonly rounds: number;
}

/** What is timed. */
export type EngineUnderTest = keyof typeof makers;

const task = JSON.parse(process.argv[2] ?? '') as Task;
const fileOf = (kind: 'source' | 'spiking') => join(task.folder, `${task.network}.${kind}.onnx`);

const makers = {
  source: async (threads: number) => OrtSession.create(await readOnnx(fileOf('source')), { threads }),
  fast: async (threads: number) => createSegmentedEngine(await plan(), { threads }),
  int8: async (threads: number) => createSegmentedEngine(await plan(), { threads, synapses: 'int8' }),
  'in-graph': async (threads: number) => createInGraphEngine(await plan(), { threads }),
};

async function plan() {
  return planRun(await readOnnx(fileOf('spiking')), { steps: task.T });
}

/** Writes the source network and, quickly calibrated, the spiking one. */
async function prepare() {
  const source = await openNetwork(task.network, task.folder);
  await writeOnnx(source, fileOf('source'));
  const { model } = await convert(source, {
    method: methodNamed(methodOf(task.network)),
    steps: 4,
    calibration: () => [randomImages(task.network, 2)],
  });
  await writeOnnx(model, fileOf('spiking'));
  return {};
}

/** Median seconds an image for each engine, on the clock and of processor time; they take turns. */
async function time() {
  const input = randomImages(task.network, task.batch);
  const times = new Map<EngineUnderTest, { clock: number[]; processor: number[] }>();
  const running = new Map<EngineUnderTest, { run(input: FloatTensor): Promise<unknown> }>();
  for (const name of task.engines) {
    const engine = await makers[name](task.threads);
    // The kernels are compiled in two stages: the second run gets the better code.
    for (let i = 0; i < 2; i++) await engine.run(input);
    running.set(name, engine);
    times.set(name, { clock: [], processor: [] });
  }
  for (let round = 0; round < task.rounds; round++) {
    for (const [name, engine] of running) {
      const start = performance.now();
      const before = process.cpuUsage();
      // The source network is over too soon for the clocks of a busy machine.
      const runs = name === 'source' ? Math.min(task.T, 16) : 1;
      for (let i = 0; i < runs; i++) await engine.run(input);
      const { user, system } = process.cpuUsage(before);
      times.get(name)?.clock.push((performance.now() - start) / 1e3 / task.batch / runs);
      times.get(name)?.processor.push((user + system) / 1e6 / task.batch / runs);
    }
  }
  return Object.fromEntries(
    [...times].map(([name, { clock, processor }]) => [
      name,
      { seconds: median(clock), processorSeconds: median(processor) },
    ]),
  );
}

async function memory() {
  const [name = 'source'] = task.engines;
  const engine = await makers[name](task.threads);
  const input = randomImages(task.network, task.batch);
  for (let i = 0; i < 2; i++) await engine.run(input);
  const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return { peakMemoryMB: Math.round(Number(kilobytes) / 1024) };
}

const answer = await { prepare, time, memory }[task.kind]();
console.log(JSON.stringify(answer));
