import { z } from 'zod';
import { sLista } from '../../architectures/s-lista.ts';
import { unrolledShrinkage } from '../../checkpoints/unrolled-shrinkage.ts';
import { UsageError } from '../../errors.ts';
import { fistaMomenta } from '../../signals/iterative-shrinkage.ts';
import { defineNetwork, type NetworkShape } from './define-network.ts';
import { unfoldConvolutions } from './unfold-convolutions.ts';

const settings = z.strictObject({
  kind: z.literal('s-lista'),
  layers: z.int().min(1).default(10),
  /** `toeplitz`: S-LISTA, what joins two points of the grid depends on their distance; `dense`: LISTA, it is free. */
  structure: z.enum(['toeplitz', 'dense']).default('toeplitz'),
  /** Threshold of each layer before training. */
  threshold: z.number().min(0).default(0.1),
  /** Whether layers go on in the last direction, as FISTA does; how far is trained, too. */
  momentum: z.boolean().default(false),
  /** Learning rate of all weights but the thresholds, in units of the schedule's. */
  weightPace: z.number().min(0).default(0.2),
});

/**
 * S-LISTA and LISTA for sparse spectra of sensor arrays, which start as iterative shrinkage exactly: T = I − μAᴴA, W = μAᴴ, with weights
 * of their own in each layer. Thresholds learn faster than weights, and stay above 0. Array and grid are those of the data.
 */
export const sListaNetwork = defineNetwork<z.infer<typeof settings>>({
  name: 's-lista',
  summary:
    'unrolled shrinkage for sparse spectra of sensor arrays (S-LISTA, LISTA), on data such as harmonic:train',
  settings,
  architecture: sLista,
  readsArrays: true,
  prepare: unfoldConvolutions,
  initialise({ layers, structure, threshold, momentum, weightPace }, shape) {
    const initial = unrolledShrinkage({
      ...arrayOf(shape),
      layers,
      structure,
      threshold,
      momenta: momentum ? fistaMomenta(layers) : undefined,
    });
    const isThreshold = (name: string) => name.endsWith('.threshold');
    return {
      ...initial,
      decays: () => false,
      pace: (name) => (isThreshold(name) ? 1 : weightPace),
      rangeOf: (name) => (isThreshold(name) ? { smallest: 0 } : undefined),
    };
  },
});

function arrayOf({ arrays }: NetworkShape) {
  const [channels, ...sensors] = arrays?.sample ?? [];
  const [parts, ...grid] = arrays?.target ?? [];
  if (arrays && channels === 2 && parts === 2) return { sensors, grid };
  throw new UsageError({
    where: "network 's-lista'",
    expected: 'snapshots [2, …sensors] and targets [2, …grid], real and imaginary part',
    got: `inputs [${arrays?.sample.join(', ') ?? ''}] and targets [${arrays?.target.join(', ') ?? ''}]`,
    remedy: 'Train on data such as harmonic:train',
  });
}
