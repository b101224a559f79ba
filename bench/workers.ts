// Images per second of an evaluation with one worker and with two, in turns, and how long workers wait for images.
//   npm run bench:workers -- SPIKING.onnx IMAGES [images a run] [rounds]
// On a machine that others use, compare the processor time an image instead: equal times mean that two workers on two
// free processors do twice the work.
import { createWorkerEvaluator, drainBatches, openInputs, openNetwork } from '#internals';
import { median } from './median.ts';

const [path, data, count = '64', rounds = '5'] = process.argv.slice(2);
if (!path || !data) {
  console.error(
    'bench/workers: expected SPIKING.onnx IMAGES [images a run] [rounds]. Give a spiking network and images.',
  );
  process.exit(2);
}
const network = await openNetwork(path);
const options = {
  network: network.spiking ? { ...network, steps: 4 } : network,
  threads: 1,
  engine: 'fast',
  synapses: 'float32',
  task: 'classification',
} as const;
const inputs = await openInputs(network, data, { limit: Number(count), needsLabels: false });
const evaluators = [await createWorkerEvaluator(options), await createWorkerEvaluator(options)];

async function measure(workers: number) {
  let waited = 0;
  let images = 0;
  const batches = inputs.batches();
  const timed = {
    async next() {
      const asked = performance.now();
      const next = await batches.next();
      waited += performance.now() - asked;
      return next;
    },
  };
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  await drainBatches(timed, evaluators.slice(0, workers), {
    onOutcome: async (batch) => {
      images += batch.ids.length;
    },
    onWarning: console.error,
    signal: undefined,
  });
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return {
    rate: images / seconds,
    cpu: (user + system) / 1e6 / images,
    wait: waited / 1000 / (workers * seconds),
  };
}

await measure(2);
console.log('workers  images/s  processor s/image  share of waiting for images');
const [one, two]: [number[], number[]] = [[], []];
for (let round = 0; round < Number(rounds); round++) {
  for (const [i, rates] of [one, two].entries()) {
    const workers = i + 1;
    const { rate, cpu, wait } = await measure(workers);
    rates.push(rate);
    console.log(
      `${String(workers).padStart(7)}${rate.toFixed(2).padStart(10)}${cpu.toFixed(3).padStart(19)}${(100 * wait).toFixed(1).padStart(27)} %`,
    );
  }
}
const [alone, both] = [median(one), median(two)];
console.log(
  `medians: ${alone.toFixed(2)} and ${both.toFixed(2)} images/s, ${(both / alone).toFixed(2)} times`,
);
for (const evaluator of evaluators) await evaluator.close();
