import { multiThreshold } from '../neurons/multi-threshold.ts';
import { defineExporter } from './define-exporter.ts';
import { toBinarySpikes } from './to-binary-spikes.ts';

/** The parallel-normalised form: strictly binary spikes, for hardware without graded ones. */
export const binarySpikes = defineExporter({
  name: 'binary-spikes',
  summary: 'ONNX with strictly binary spikes: 2n channels a site, thresholds folded into the weights.',
  extension: '.binary.onnx',
  neurons: [multiThreshold],
  make: toBinarySpikes,
});
