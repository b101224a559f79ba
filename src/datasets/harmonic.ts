import type { Sample } from '../data/dataset.ts';
import { defineDataset } from '../data/define-dataset.ts';
import { isHarmonicAddress, parseHarmonicAddress } from '../data/harmonic/harmonic-address.ts';
import { Random } from '../random.ts';
import type { ComplexVector } from '../signals/complex-matrix.ts';
import { drawProblem, gridAmplitudes } from '../signals/harmonic-problem.ts';

/**
 * Generated problems of harmonic retrieval: snapshots of a centred array, [2, …sensors], real and imaginary part as channels, and as
 * targets the amplitudes at the nearest points of a grid, [2, …grid]. `harmonic:train`, `harmonic:test,snr=5..25,sources=1..3`.
 * Defaults: 64 sensors in a line, a grid of twice as many, up to five sources at least 1.5/M apart, 15 dB; 2,000 samples (`train`:
 * 100,000), seed 0. Sample i depends on the settings, seed, split and i only, and goes on beyond the size.
 */
export const harmonic = defineDataset({
  name: 'harmonic',
  summary:
    'harmonic:train or harmonic:test, generated snapshots of sensor arrays, with ,sensors=8x8,snr=5..25… if wanted',
  accepts: ['split'],
  isAddress: isHarmonicAddress,
  matches: () => false,
  async open({ path }, options) {
    const { split, size, seed, problems } = parseHarmonicAddress(path, options);
    const splitKey = split === 'train' ? 1 : 2;
    return {
      kind: 'harmonic',
      name: path,
      size,
      endless: true,
      arrays: true,
      labelled: false,
      id: (index) => `${split}/${index}`,
      sample: async (index): Promise<Sample> => {
        const problem = drawProblem(problems, new Random(seed, splitKey, index));
        return {
          kind: 'tensor',
          id: `${split}/${index}`,
          label: undefined,
          tensor: { shape: [2, ...problems.sensors], data: asChannels(problem.snapshot) },
          target: { shape: [2, ...problems.grid], data: asChannels(gridAmplitudes(problems, problem)) },
        };
      },
    };
  },
});

function asChannels({ re, im }: ComplexVector): Float32Array {
  const made = new Float32Array(2 * re.length);
  made.set(re);
  made.set(im, re.length);
  return made;
}
