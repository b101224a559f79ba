import { describe, expect, it } from 'vitest';
import type { ErrorParts } from '../errors.ts';
import { blockKind, checkVariant } from './vit-timm-variant.ts';

const problemsOf = (config: Parameters<typeof checkVariant>[0]) => {
  const problems: ErrorParts[] = [];
  checkVariant(config, (problem) => problems.push(problem));
  return problems.map(({ where, got }) => `${where}: ${got}`);
};

describe('checkVariant', () => {
  it.each([
    'vit_tiny_patch16_224',
    'vit_medium_patch16_reg4_gap_256',
    'vit_base_patch32_clip_quickgelu_224.openai',
    'deit3_small_patch16_384.fb_in1k',
    'vit_my_own_patch4_8x12',
    'my_rope_network',
  ])('takes %s', (architecture) => {
    expect(problemsOf({ architecture })).toEqual([]);
  });

  it('refuses variants whose operators differ, by name or by setting', () => {
    expect(problemsOf({ architecture: 'vit_small_patch16_rope_ape_224' })).toEqual([
      "'architecture': 'vit_small_patch16_rope_ape_224', where 'rope' means other operators",
      "'architecture': 'vit_small_patch16_rope_ape_224', where 'ape' means other operators",
    ]);
    const args = {
      num_heads: 2,
      drop_rate: 0.1,
      norm_layer: 'rmsnorm',
      block_fn: 'ParallelThingsBlock',
      act: null,
    };
    expect(problemsOf({ model_args: args })).toEqual([
      '\'model_args.norm_layer\': "rmsnorm"',
      '\'model_args.block_fn\': "ParallelThingsBlock"',
    ]);
  });
});

describe('blockKind', () => {
  it.each([
    [{ architecture: 'vit_base_patch16_rpn_224.sw_in1k' }, 'ResPostBlock'],
    [{ model_args: { block_fn: 'ResPostBlock' } }, 'ResPostBlock'],
    [{ architecture: 'vit_base_patch16_xp_224' }, 'ParallelScalingBlock'],
    [{ architecture: 'vit_base_patch16_224' }, 'Block'],
  ])('is told by the name or the setting alone: %j', (config, kind) => {
    expect(blockKind(config)).toBe(kind);
  });
});
