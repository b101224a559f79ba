/**
 * Largest resident memory of training steps of a spiking ResNet-20, taken in parts whose gradients are summed up:
 * `node --import ./scripts/typescript.mjs bench/training/spiking-memory.ts [T] [batch] [samples at a time] [updates] [recompute]`.
 * With `recompute` the backward part computes the neurons again.
 */
import { buildTrainingStep, Random, TrainingSession } from '#internals';
import { spikingResnet20 } from './workloads.ts';

const recompute = process.argv.includes('recompute');
const numbers = process.argv.slice(2).filter((each) => each !== 'recompute');
const [steps = 16, batch = 64, part = 8, updates = 1] = numbers.map(Number);
const { network, sample, classes, optimiser, options } = spikingResnet20({ batch: part, steps, recompute });
const step = await buildTrainingStep(network, {
  batchSize: part,
  microBatches: batch / part,
  loss: 'cross-entropy',
  optimiser,
  optimiserOptions: optimiser.options.parse(options),
});
const parameters = new Float32Array(step.parameters.size);
for (const { name, offset } of step.parameters.entries)
  parameters.set(network.model.graph.initializers.get(name)!.toFloat32(), offset);
const session = await TrainingSession.create(step, new Map([['parameters', parameters]]));
const random = new Random(2);
const inputs = Float32Array.from({ length: batch * sample }, () => random.normal());
const targets = new Float32Array(batch * classes);
for (let row = 0; row < batch; row++) targets[row * classes + random.integer(classes)] = 1;
const before = process.cpuUsage();
for (let number = 1; number <= updates; number++) await session.step({ inputs, targets }, 1e-4, number);
const { user, system } = process.cpuUsage(before);
const gigabytes = process.resourceUsage().maxRSS / 2 ** 20;
console.log(
  `T = ${steps}, batch ${batch}, ${part} at a time${recompute ? ', neurons again' : ''}: at most ${gigabytes.toFixed(2)} GB resident, ` +
    `${((user + system) / 1e6 / updates).toFixed(1)} CPU-seconds an update`,
);
await session.release();
