import { z } from 'zod';
import type { Report } from './problem-line.ts';

/** How config.json describes rotary positions: `rope_scaling`, or `rope_parameters` of newer files. */
export const ropeScaling = z.looseObject({
  rope_theta: z.number().positive().nullish(),
  rope_type: z.string().nullish(),
  /** The older name of `rope_type`. */
  type: z.string().nullish(),
  factor: z.number().positive().nullish(),
  low_freq_factor: z.number().positive().nullish(),
  high_freq_factor: z.number().positive().nullish(),
  original_max_position_embeddings: z.number().positive().nullish(),
});

/**
 * Frequencies of the pairs of a head's features, θ^(−2i/headDim) in radians a token, perhaps scaled for longer texts.
 *
 * @returns [headDim / 2]
 */
export function rotaryFrequencies(
  headDim: number,
  theta: number,
  scaling: z.infer<typeof ropeScaling>,
  report: Report,
): Float64Array {
  const frequencies = Float64Array.from({ length: headDim / 2 }, (_, i) => theta ** ((-2 * i) / headDim));
  const kind = scaling.rope_type ?? scaling.type ?? 'default';
  const factor = scaling.factor ?? 1;
  if (kind === 'default') return frequencies;
  if (kind === 'linear') return frequencies.map((frequency) => frequency / factor);
  if (kind === 'llama3') return frequencies.map((frequency) => slower(frequency, factor, scaling));
  report({
    where: "'rope_type'",
    expected: 'one of default, linear, llama3',
    got: `'${kind}'`,
    remedy: 'A network with other rotary positions comes in as ONNX',
  });
  return frequencies;
}

/** Waves longer than the first training's texts are stretched, short ones are not, those between by interpolation. */
function slower(frequency: number, factor: number, scaling: z.infer<typeof ropeScaling>): number {
  const trained = scaling.original_max_position_embeddings ?? 8192;
  const [low, high] = [scaling.low_freq_factor ?? 1, scaling.high_freq_factor ?? 4];
  const turns = (trained * frequency) / (2 * Math.PI);
  const kept = Math.min(1, Math.max(0, (turns - low) / (high - low)));
  return kept * frequency + ((1 - kept) * frequency) / factor;
}
