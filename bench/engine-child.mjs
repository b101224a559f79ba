// One task of bench/engine.mjs in a process of its own; prints its answer as JSON on the last line.
import '../dist/native/install.js';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { convert } from '../dist/conversion/convert.js';
import { createInGraphEngine } from '../dist/engines/in-graph-engine.js';
import { planRun } from '../dist/engines/plan-run.js';
import { createSegmentedEngine } from '../dist/engines/segmented/segmented-engine.js';
import { readOnnx } from '../dist/files/read-onnx.js';
import { writeOnnx } from '../dist/files/write-onnx.js';
import { methodNamed } from '../dist/methods/index.js';
import { OrtSession } from '../dist/sessions/ort-session.js';
import { openNetwork, randomImages } from './networks.mjs';

const task = JSON.parse(process.argv[2]);
const fileOf = (kind) => join(task.folder, `${task.network}.${kind}.onnx`);

const makers = {
  source: async (threads) => OrtSession.create(await readOnnx(fileOf('source')), { threads }),
  fast: async (threads) => createSegmentedEngine(await plan(), { threads }),
  int8: async (threads) => createSegmentedEngine(await plan(), { threads, synapses: 'int8' }),
  'in-graph': async (threads) => createInGraphEngine(await plan(), { threads }),
};

async function plan() {
  return planRun(await readOnnx(fileOf('spiking')), { steps: task.T });
}

/** Writes the source network and, quickly calibrated, the spiking one. */
async function prepare() {
  const source = await openNetwork(task.network, task.folder);
  await writeOnnx(source, fileOf('source'));
  const { model } = await convert(source, {
    method: methodNamed('ecmt'),
    steps: 4,
    calibration: () => [randomImages(task.network, 2)],
  });
  await writeOnnx(model, fileOf('spiking'));
  return {};
}

/** Median seconds an image for each engine, on the clock and of processor time; they take turns. */
async function time() {
  const input = randomImages(task.network, task.batch);
  const times = new Map();
  const running = new Map();
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
      await engine.run(input);
      const { user, system } = process.cpuUsage(before);
      times.get(name).clock.push((performance.now() - start) / 1e3 / task.batch);
      times.get(name).processor.push((user + system) / 1e6 / task.batch);
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
  const engine = await makers[task.engines[0]](task.threads);
  const input = randomImages(task.network, task.batch);
  for (let i = 0; i < 2; i++) await engine.run(input);
  const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'));
  return { peakMemoryMB: Math.round(Number(kilobytes) / 1024) };
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

const answer = await { prepare, time, memory }[task.kind]();
console.log(JSON.stringify(answer));
