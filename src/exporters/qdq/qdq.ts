import { defineExporter } from '../define-exporter.ts';
import { toQuantisedForm } from './to-quantised-form.ts';

/** The quantised network that the spikes stand for, which the tools of many chips take. */
export const qdq = defineExporter({
  name: 'qdq',
  summary:
    'ONNX of the network in whole numbers (QDQ) with the scales of its spikes: for chips and runtimes whose tools take quantised networks.',
  extension: '.qdq.onnx',
  settings: ['steps', 'weightBits', 'goldenInput'],
  make: toQuantisedForm,
});
