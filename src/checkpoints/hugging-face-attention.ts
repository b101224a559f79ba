import type { Attention } from './attention.ts';

/** Which of the projections of an attention have a bias. */
export interface ProjectionBiases {
  readonly query: boolean;
  readonly key: boolean;
  readonly value: boolean;
}

/** The attention under `PATH.attention` as ViT, DeiT, DINOv2 and BEiT of Transformers name its tensors. */
export function huggingFaceAttention(
  path: string,
  width: number,
  heads: number,
  biases: ProjectionBiases,
): Attention {
  const projection = (name: keyof ProjectionBiases) => ({
    path: `${path}.attention.attention.${name}`,
    bias: biases[name],
  });
  return {
    path: `${path}.attention`,
    width,
    heads,
    projections: {
      kind: 'separate',
      query: projection('query'),
      key: projection('key'),
      value: projection('value'),
    },
    output: { path: `${path}.attention.output.dense`, bias: true },
  };
}
