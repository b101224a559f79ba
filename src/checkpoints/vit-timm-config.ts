import { z } from 'zod';

const count = z.int().positive();
const countOrPair = z.union([count, z.tuple([count, count])]);

/** Fields that may stand at the top of config.json or in its `model_args`. */
const sharedFields = {
  num_heads: count.nullish(),
  embed_dim: count.nullish(),
  depth: count.nullish(),
  patch_size: countOrPair.nullish(),
  image_size: countOrPair.nullish(),
  img_size: countOrPair.nullish(),
  layer_norm_eps: z.number().positive().nullish(),
  act: z.string().nullish(),
  act_layer: z.string().nullish(),
  class_token: z.boolean().nullish(),
  no_embed_class: z.boolean().nullish(),
  global_pool: z.string().nullish(),
  pool_include_prefix: z.boolean().nullish(),
  qkv_bias: z.boolean().nullish(),
  proj_bias: z.boolean().nullish(),
};

/**
 * config.json beside weights with timm's names: either timm's own for the hub (`architecture`, `model_args`,
 * `pretrained_cfg`…) or a flat one with the same words. Every field may be missing or null.
 */
export const timmConfigSchema = z.looseObject({
  ...sharedFields,
  architecture: z.string().nullish(),
  num_classes: z.int().nonnegative().nullish(),
  model_args: z.looseObject(sharedFields).nullish(),
  pretrained_cfg: z.looseObject({ input_size: z.tuple([count, count, count]).nullish() }).nullish(),
});

/** What {@link timmConfigSchema} reads. */
export type TimmConfig = z.infer<typeof timmConfigSchema>;

/** A field of config.json: from the top, else from `model_args`; `undefined` if neither has it. */
export function timmField<Key extends keyof typeof sharedFields>(
  config: TimmConfig,
  key: Key,
): NonNullable<TimmConfig[Key]> | undefined {
  return config[key] ?? config.model_args?.[key] ?? undefined;
}
