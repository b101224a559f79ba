import { Tensor } from '../../graph/tensor.ts';
import { integrateAndFire } from '../../neurons/integrate-and-fire.ts';
import { leakyIntegrateAndFire } from '../../neurons/leaky-integrate-and-fire.ts';
import { isSiteOf, type NeuronSpec, neuronSpec, type Site } from '../../spiking/neuron-node.ts';

/** When leaky neurons fire, and in which step. */
export interface LeakyForm {
  readonly fires: 'reaching' | 'exceeding';
  readonly order: 'now' | 'delayed';
  /** Thresholds and amplitudes are multiplied by this. Default 1 */
  readonly scale?: number;
}

/** Leaky neurons, not leaking yet, in the place of integrate-and-fire ones; others stay. */
export function leakyInPlaceOf(site: Site, { fires, order, scale = 1 }: LeakyForm): NeuronSpec | undefined {
  if (!isSiteOf(site, integrateAndFire)) return undefined;
  const { threshold, amplitude, initialPotential } = site.parameters;
  const { activation, activationUpper, activationLevels } = site.attributes;
  const attributes = { activation, activationUpper, activationLevels, fires, order };
  return neuronSpec(leakyIntegrateAndFire, attributes, {
    threshold: scaled(threshold, scale),
    initialPotential,
    leak: 1,
    amplitude: scaled(amplitude, scale),
  });
}

function scaled(tensor: Tensor, factor: number): Tensor {
  return Tensor.float64(
    tensor.shape,
    tensor.toNumbers().map((value) => factor * value),
  );
}
