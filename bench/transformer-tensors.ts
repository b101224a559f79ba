import type { RandomTensor } from './write-checkpoint.ts';

/** Weight and bias of a linear layer, as PyTorch names and lays them out. */
export function* linear(path: string, out: number, into: number): Generator<RandomTensor> {
  yield [`${path}.weight`, [out, into], Math.sqrt(3 / into)];
  yield [`${path}.bias`, [out], 0.1];
}

/** Weight and bias of a normalisation over `dim` features. */
export function* norm(path: string, dim: number): Generator<RandomTensor> {
  yield [`${path}.weight`, [dim], 1];
  yield [`${path}.bias`, [dim], 0.1];
}

/** What stands before the blocks of a Vision Transformer. */
export function* patchTokens(dim: number, patch: number, tokens: number): Generator<RandomTensor> {
  yield ['patch_embed.proj.weight', [dim, 3, patch, patch], Math.sqrt(3 / (3 * patch * patch))];
  yield ['patch_embed.proj.bias', [dim], 0.1];
  yield ['cls_token', [1, 1, dim], 1];
  yield ['pos_embed', [1, tokens, dim], 0.1];
}

/** Thresholds in the form of ECMT's reference code, one for each place of a block. */
export function referenceThresholds(depth: number) {
  const places = ['fc_qkv', 'q', 'k', 'v', 's', 'fc_out', 'fc1', 'fc2'];
  return Array.from({ length: depth }, (_, block) =>
    places.map((place) => ({
      name: `blocks.${block}`,
      place,
      scale_p: 0.05,
      scale_n: 0.05,
      times: 6,
      gap: 2,
    })),
  ).flat();
}
