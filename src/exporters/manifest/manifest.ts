import { integrateAndFire } from '../../neurons/integrate-and-fire.ts';
import { defineExporter } from '../define-exporter.ts';
import { integerNetworkOf } from '../integer/integer-network-of.ts';
import { toManifest } from './to-manifest.ts';

/** A folder that a program of one's own reads. */
export const manifest = defineExporter({
  name: 'manifest',
  summary:
    'A folder: network.json, whole weights and thresholds as .npy, and golden spike trains to check a chip or a tool against.',
  extension: '.manifest',
  holds: 'folder',
  neurons: [integrateAndFire],
  settings: ['steps', 'weightBits', 'accumulatorBits', 'overflow', 'goldenInput'],
  async make(spiking, settings = {}) {
    return toManifest(await integerNetworkOf(spiking, 'manifest', settings), spiking.graph.name);
  },
});
