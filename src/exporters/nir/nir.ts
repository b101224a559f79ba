import { encodeNir } from '../../formats/nir/nir-file.ts';
import { currentBased } from '../../neurons/current-based.ts';
import { integrateAndFire } from '../../neurons/integrate-and-fire.ts';
import { leakyIntegrateAndFire } from '../../neurons/leaky-integrate-and-fire.ts';
import { circuitOf } from '../circuit/circuit-of.ts';
import { defineExporter } from '../define-exporter.ts';
import { toNir } from './to-nir.ts';

/** The Neuromorphic Intermediate Representation, which simulators and chips' tools read. */
export const nir = defineExporter({
  name: 'nir',
  summary:
    'NIR (HDF5): integrate-and-fire neurons and the synapses between them, for simulators and the tools of chips.',
  extension: '.nir',
  holds: 'hdf5',
  neurons: [integrateAndFire, leakyIntegrateAndFire, currentBased],
  settings: ['steps', 'dt'],
  async make(spiking, { steps, dt = 1e-4 } = {}) {
    return encodeNir(toNir(await circuitOf(spiking, 'nir', steps), dt));
  },
});
