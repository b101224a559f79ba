import { mustExist } from '../../look-up.ts';
import { integrateAndFire } from '../../neurons/integrate-and-fire.ts';
import { defineExporter } from '../define-exporter.ts';
import { cCode } from './c-code.ts';
import { integerNetworkOf } from './integer-network-of.ts';

/** A C99 file for microcontrollers. */
export const c = defineExporter({
  name: 'c',
  summary:
    'One C99 file in whole numbers, without allocation or library, with a test on a golden input: for microcontrollers.',
  extension: '.c',
  holds: 'c',
  neurons: [integrateAndFire],
  settings: ['steps', 'weightBits', 'accumulatorBits', 'overflow', 'goldenInput'],
  async make(spiking, settings = {}) {
    const { network, samples } = await integerNetworkOf(spiking, 'c', settings);
    const { input, run } = mustExist(samples().next().value ?? undefined, 'a sample');
    const last = (sums: Int32Array) => sums.slice(-sums.length / network.steps);
    const outputs = new Map([...run.outputs].map(([name, sums]) => [name, last(sums)]));
    const spikes = [...run.spikes.values()].reduce((sum, train) => sum + train.reduce((a, b) => a + b, 0), 0);
    return new TextEncoder().encode(cCode(network, { input, outputs, spikes }, spiking.graph.name));
  },
});
