import { describe, expect, it } from 'vitest';
import { Tensor } from '../graph/tensor.ts';
import { evaTimm } from './eva-timm.ts';

const tensors = new Map(
  Object.entries({
    'patch_embed.proj.weight': [8, 3, 4, 4],
    'blocks.0.attn.q_proj.weight': [8, 8],
    'blocks.0.attn.proj.weight': [8, 8],
    'blocks.0.mlp.fc1_g.weight': [6, 8],
    'blocks.0.mlp.fc2.weight': [8, 6],
    cls_token: [1, 1, 8],
    'head.weight': [5, 8],
  }).map(([name, shape]) => [name, Tensor.float32(shape, new Float32Array(shape.reduce((a, b) => a * b)))]),
);
const recognise = (config: object) =>
  evaTimm.recognise({ num_heads: 2, img_size: 8, ...config }, tensors, 'config.json');

describe('evaTimm', () => {
  it('refuses a network of which only the name could tell whether tokens are rotated', () => {
    expect(() => recognise({})).toThrow(
      "'architecture': expected BEiT, EVA, EVA-02, DINOv3 or RoPE-ViT by the name that timm gives it, got none. A network of another variant comes in as ONNX.",
    );
    expect(recognise({ architecture: 'eva02_own_patch4_8' }).outputShape).toEqual([5]);
    expect(recognise({ model_args: { use_rot_pos_emb: true } }).outputShape).toEqual([5]);
  });

  it('refuses variants of other operators by name, and settings that it does not know', () => {
    expect(() => recognise({ architecture: 'vit_pe_core_patch4_8', model_args: { attn_pool: 'x' } })).toThrow(
      /'model_args\.attn_pool': expected a setting that is known, got "x".*\n.*'vit_pe_core_patch4_8'/,
    );
  });
});
