// Nanoseconds for one neuron update (one neuron, one step) and GB/s (means read, decoded values written) of kernels.
//   npm run bench:neurons
import {
  KernelModule,
  kernelFor,
  kernels,
  moduleBytes,
  neuronNamed,
  referenceKernel,
  webAssembly,
} from '#internals';
import { median } from './median.ts';

const count = 8 * 197 * 384;
const [counters, data] = [moduleBytes, 65536];
const memory = new webAssembly.Memory({ initial: Math.ceil((data + 8 * count * 8) / 65536) });
const module = new KernelModule(memory);
const means = new Float32Array(memory.buffer, data);

console.log('neuron             kernel     T   ns/update    GB/s');
for (const { neuron: name } of kernels) {
  const neuron = neuronNamed(name);
  const attributes = neuron.attributes.parse({});
  const parameters = Object.fromEntries(neuron.parameters.map((parameter) => [parameter, 0.05]));
  for (const [label, kernel] of [
    ['compiled', kernelFor(neuron)],
    ['plain', referenceKernel(neuron)],
  ] as const) {
    for (const steps of [1, 4, 8]) {
      for (let i = 0; i < means.length; i++) means[i] = Math.sin(i) * 3;
      const where = {
        means: data,
        meansStride: 4 * count,
        decoded: data,
        spikes: 0,
        counts: 0,
        bytes: 0,
        stride: 4 * count,
      };
      const run = { ...where, count, steps, parameters, counters, state: 0, elapsed: 0 };
      const repeats = label === 'plain' ? 2 : 15;
      const times = Array.from({ length: repeats }, () => {
        const start = performance.now();
        kernel.run(module, run, attributes);
        return performance.now() - start;
      });
      const nanoseconds = (median(times) * 1e6) / (count * steps);
      const cells = [name.padEnd(18), label.padEnd(9), String(steps).padStart(2)];
      console.log(...cells, nanoseconds.toFixed(3).padStart(10), (8 / nanoseconds).toFixed(1).padStart(7));
    }
  }
}
