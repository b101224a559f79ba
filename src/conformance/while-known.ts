import type { AnyNeuron } from '../dynamics/define-neuron.ts';
import { addKernel, removeKernel } from '../kernels/kernels.ts';
import type { AnyNeuronKernel } from '../kernels/neuron-kernel.ts';
import { neuronCatalogue } from '../neurons/neurons.ts';

/** Where a neuron under test comes from. */
const origin = { name: 'conformance', version: '0', hash: '' };

/** Does something while models with a neuron can be read; one that is in use already stays so. */
export async function whileKnown(
  neuron: AnyNeuron,
  kernel: AnyNeuronKernel | undefined,
  run: () => Promise<void>,
): Promise<void> {
  const known = neuronCatalogue.get(neuron.name) === neuron;
  if (!known) neuronCatalogue.add(neuron, origin);
  if (kernel) addKernel(kernel);
  try {
    await run();
  } finally {
    if (!known) neuronCatalogue.remove(neuron);
    if (kernel) removeKernel(kernel);
  }
}
