/**
 * Training steps per CPU-second of this project and of PyTorch, one thread each, on four workloads:
 * `npm run bench:training -- [seconds a measurement] [workload…]`.
 * PyTorch comes from the Debian packages python3-torch and libopenblas0 (without the latter its products are slow).
 * The two take turns, three rounds, and the best of each counts: other work on the machine disturbs both alike.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { buildTrainingStep, Random, TrainingSession } from '#internals';
import { block, cnn, resnet20, spikingResnet20, type Workload } from './workloads.ts';

const [duration = '4', ...only] = process.argv.slice(2);
const seconds = Number(duration);
const script = fileURLToPath(new URL('./torch_steps.py', import.meta.url));

async function stepsPerCpuSecond({ network, sample, batch, classes, optimiser, options }: Workload) {
  const step = await buildTrainingStep(network, {
    batchSize: batch,
    loss: 'cross-entropy',
    optimiser,
    optimiserOptions: optimiser.options.parse(options),
  });
  const start = new Map<string, Float32Array>();
  for (const vector of ['parameters', 'statistics'] as const) {
    const values = new Float32Array(step[vector].size);
    for (const { name, offset } of step[vector].entries) {
      values.set(network.model.graph.initializers.get(name)!.toFloat32(), offset);
    }
    start.set(vector, values);
  }
  const session = await TrainingSession.create(step, start);
  const random = new Random(2);
  const inputs = Float32Array.from({ length: batch * sample }, () => random.normal());
  const targets = new Float32Array(batch * classes);
  for (let row = 0; row < batch; row++) targets[row * classes + random.integer(classes)] = 1;
  let number = 0;
  while (number < 5) await session.step({ inputs, targets }, 0.01, ++number);
  const before = process.cpuUsage();
  const spent = () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  };
  let count = 0;
  for (; spent() < seconds; count++) await session.step({ inputs, targets }, 0.01, ++number);
  const rate = count / spent();
  await session.release();
  return rate;
}

function torchSteps(workload: string): { rate: number; version: string } | undefined {
  for (const python of ['/usr/bin/python3', 'python3']) {
    try {
      const text = execFileSync(python, [script, workload, String(seconds)], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      return JSON.parse(text.toString());
    } catch {
      // The next one may have it.
    }
  }
  return undefined;
}

for (const [workload, make, wanted] of [
  ['cnn', cnn, 1],
  ['block', block, 1.2],
  ['resnet20', resnet20, 1],
  ['spiking', () => spikingResnet20(), 1],
] as const) {
  if (only.length > 0 && !only.includes(workload)) continue;
  let [own, torch, version] = [0, 0, ''];
  for (let round = 0; round < 3; round++) {
    own = Math.max(own, await stepsPerCpuSecond(make()));
    const found = torchSteps(workload);
    if (found) [torch, version] = [Math.max(torch, found.rate), found.version];
  }
  const beside = torch
    ? `torch ${version} ${torch.toFixed(1)}; ratio ${(own / torch).toFixed(2)} (wanted ${wanted})`
    : 'torch: not installed';
  console.log(`${workload}: ${own.toFixed(1)} steps per CPU-second; ${beside}`);
}
