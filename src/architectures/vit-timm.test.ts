import { describe, expect, it } from 'vitest';
import { timmHeadCount } from '../checkpoints/timm-head-count.ts';
import { tiny, tinyWeights, writeCheckpoint } from '../checkpoints/tiny-vit.fixture.ts';
import { floatAttribute } from '../graph/node.ts';
import { Tensor } from '../graph/tensor.ts';
import { openCheckpoint } from '../opening/open-checkpoint.ts';

describe('the timm architecture', () => {
  it('reads the config.json of the hub', async () => {
    const config = {
      architecture: 'vit_nano_patch4_8x12.own',
      num_classes: 5,
      num_features: 8,
      global_pool: 'token',
      model_args: { num_heads: 2, act_layer: null },
      pretrained_cfg: { input_size: [3, 8, 12], crop_pct: 0.9 },
    };
    const { inputShape } = await openCheckpoint(await writeCheckpoint(tinyWeights(), config));
    expect(inputShape).toEqual([3, 8, 12]);
  });

  it('takes a square image where no size is stated', async () => {
    const tensors = tinyWeights();
    tensors.set('pos_embed', Tensor.float32([1, 10, tiny.dim], new Float32Array(80)));
    const { inputShape } = await openCheckpoint(await writeCheckpoint(tensors, { num_heads: 2 }));
    expect(inputShape).toEqual([3, 12, 12]);
  });

  it('does not believe a pretrained size that the position embeddings contradict', async () => {
    const tensors = tinyWeights();
    tensors.set('pos_embed', Tensor.float32([1, 10, tiny.dim], new Float32Array(80)));
    const config = { num_heads: 2, pretrained_cfg: { input_size: [3, 224, 224] } };
    const { inputShape } = await openCheckpoint(await writeCheckpoint(tensors, config));
    expect(inputShape).toEqual([3, 12, 12]);
  });

  it.each([
    { config: {}, epsilon: 1e-6 },
    { config: { layer_norm_eps: 1e-3 }, epsilon: 1e-3 },
    { config: { architecture: 'vit_tiny_patch4_clip_8' }, epsilon: 1e-5 },
  ])('normalises with epsilon $epsilon for $config', async ({ config, epsilon }) => {
    const folder = await writeCheckpoint(tinyWeights(), { num_heads: 2, image_size: [8, 12], ...config });
    const { graph } = (await openCheckpoint(folder)).model;
    const norms = graph.nodes.filter(({ opType }) => opType === 'LayerNormalization');
    expect(norms.map((norm) => floatAttribute(norm, 'epsilon'))).toEqual(Array(5).fill(epsilon));
  });
});

describe('the head count by name', () => {
  it.each([
    ['deit_tiny_patch16_224', 192, 3],
    ['deit3_small_patch16_224.fb_in1k', 384, 6],
    ['vit_base_patch16_clip_224.openai', 768, 12],
    ['vit_so400m_patch14_siglip_gap_224', 1152, 16],
    ['vit_giant_patch14_reg4_dinov2', 1536, 24],
    ['vit_giant_patch14_224', 1408, 16],
  ])('knows %s', (architecture, embedDim, heads) => {
    expect(timmHeadCount(architecture, embedDim)).toBe(heads);
  });

  it('is unknown where the tensors do not have the width of that name', () => {
    expect(timmHeadCount('vit_small_patch16_224', 768)).toBeUndefined();
    expect(timmHeadCount('my_network', 192)).toBeUndefined();
  });
});
