import { setSteps } from '../../spiking/neuron-node.ts';
import { chosenSites } from '../chosen-sites.ts';
import { defineExporter } from '../define-exporter.ts';
import { layOutSteps } from './lay-out-steps.ts';

/** All T steps in plain standard operators, for runtimes that know nothing else. */
export const unrolled = defineExporter({
  name: 'unrolled',
  summary:
    'ONNX of plain standard operators with T fixed, without functions, Scan, If or Loop: for WebGPU, CoreML, TensorRT, WebNN and mobile runtimes.',
  extension: '.unrolled.onnx',
  settings: ['steps', 'spikesOf'],
  async make(spiking, { steps, spikesOf = [] } = {}) {
    const model = spiking.clone();
    if (steps !== undefined) setSteps(model, steps);
    return layOutSteps(model, chosenSites(model, spikesOf));
  },
});
