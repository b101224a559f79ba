import { defineChipLimits } from './chip-limits.ts';

const elements =
  'Höppner et al.: The SpiNNaker 2 Processing Element Architecture for Hybrid Digital Neuromorphic Computing, 2021, arXiv:2103.08392';
const overview = 'Open Neuromorphic, hardware guide, SpiNNaker 2';
const answers = 'TU Dresden, SpiNNaker2 frequently asked questions';

/** SpiNNaker 2. */
export const spinnaker2 = defineChipLimits({
  name: 'spinnaker-2',
  title: 'SpiNNaker 2',
  summary:
    'ARM cores that are programmed. All memory of a core counts, although its program and tables of addresses lie there, too: the cores are a lower bound.',
  cores: { value: 152, source: `${overview}: 153 ARM cores, one of which manages the chip` },
  spreads: true,
  memory: { value: 131_072, source: `${overview}: 19 MB of SRAM on the chip, 128 kB a core` },
  weightBits: { value: 8, source: `${answers}: accelerator with 8-bit multipliers` },
  stateBits: { value: 32, source: `${answers}: single precision, words of the ARM cores` },
  graded: { value: true, source: `${elements}: networks of numbers run beside those of spikes` },
  kinds: { values: ['any'], source: `${elements}: neurons are programs` },
  layers: { values: ['any'], source: `${elements}: layers are programs` },
});
