import { z } from 'zod';
import type { Report } from './problem-line.ts';

const count = z.int().positive();
const countOrPair = z.union([count, z.tuple([count, count])]);
const counts = z.array(count);

/** Fields that may stand at the top of config.json or in its `model_args`. */
const sharedFields = {
  num_heads: z.union([count, counts]).nullish(),
  embed_dim: z.union([count, counts]).nullish(),
  depth: z.union([count, counts]).nullish(),
  depths: counts.nullish(),
  dims: counts.nullish(),
  num_blocks: count.nullish(),
  patch_size: countOrPair.nullish(),
  window_size: countOrPair.nullish(),
  image_size: countOrPair.nullish(),
  img_size: countOrPair.nullish(),
  layer_norm_eps: z.number().positive().nullish(),
  act: z.string().nullish(),
  act_layer: z.string().nullish(),
  mlp_layer: z.string().nullish(),
  class_token: z.boolean().nullish(),
  no_embed_class: z.boolean().nullish(),
  global_pool: z.string().nullish(),
  pool_include_prefix: z.boolean().nullish(),
  qkv_bias: z.boolean().nullish(),
  proj_bias: z.boolean().nullish(),
  use_post_norm: z.boolean().nullish(),
  rope_type: z.string().nullish(),
  rope_temperature: z.number().positive().nullish(),
  rope_rotate_half: z.boolean().nullish(),
  rope_grid_indexing: z.enum(['ij', 'xy']).nullish(),
  ref_feat_shape: countOrPair.nullish(),
};

type SharedFields = z.infer<z.ZodObject<typeof sharedFields>>;

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
export function timmField<Key extends keyof SharedFields>(
  config: TimmConfig,
  key: Key,
): NonNullable<SharedFields[Key]> | undefined {
  return ((config as SharedFields)[key] ?? config.model_args?.[key] ?? undefined) as
    | NonNullable<SharedFields[Key]>
    | undefined;
}

/** A field that is one number; a list, as networks of several stages have it, counts as missing. */
export function timmNumber(config: TimmConfig, key: 'num_heads' | 'embed_dim' | 'depth'): number | undefined {
  const value = timmField(config, key);
  return typeof value === 'number' ? value : undefined;
}

/** The name of the network without its training tag: `vit_base_patch16_224` of `vit_base_patch16_224.augreg`; or ''. */
export function timmName({ architecture }: TimmConfig): string {
  return (architecture ?? '').split('.')[0]!;
}

/** The parts of the network's name between underscores. */
export function timmNameParts(config: TimmConfig): string[] {
  return timmName(config).split('_');
}

/** A size in pixels or patches as [height, width]. */
export function heightAndWidth(size: number | readonly [number, number]): readonly [number, number] {
  return typeof size === 'number' ? [size, size] : size;
}

/** Whether config.json names a network of timm by one of these words in front. */
export function isTimmNetwork(config: unknown, names: RegExp): boolean {
  const architecture =
    typeof config === 'object' && config !== null
      ? (config as { architecture?: unknown }).architecture
      : undefined;
  return typeof architecture === 'string' && names.test(architecture);
}

/** Settings that the tensors tell as well, or that matter in training only. */
const settled = new Set([
  ...[
    'mlp_ratio',
    'init_values',
    'reg_tokens',
    'num_reg_tokens',
    'pre_norm',
    'fc_norm',
    'use_fc_norm',
    'final_norm',
  ],
  ...['qk_norm', 'num_classes', 'in_chans', 'qkv_fused', 'swiglu_mlp', 'scale_mlp', 'scale_attn_inner'],
  ...['drop_rate', 'pos_drop_rate', 'patch_drop_rate', 'proj_drop_rate', 'attn_drop_rate', 'drop_path_rate'],
  ...['weight_init', 'fix_init', 'dynamic_img_size', 'dynamic_img_pad', 'head_init_scale', 'zero_init_last'],
  ...['use_abs_pos_emb', 'use_rel_pos_bias', 'ls_init_value', 'conv_mlp', 'use_grn'],
]);

/** Reports every setting in `model_args` that is neither read nor without meaning here: it would give other numbers. */
export function checkArguments(
  { model_args: args }: TimmConfig,
  read: readonly string[],
  report: Report,
): void {
  for (const [key, value] of Object.entries(args ?? {})) {
    if (value === null || read.includes(key) || settled.has(key)) continue;
    report({
      where: `'model_args.${key}'`,
      expected: 'a setting that is known',
      got: JSON.stringify(value),
      remedy: 'A network of another variant comes in as ONNX',
    });
  }
}

/**
 * Reports a name of timm's that means a network of other operators, perhaps with tensors of the same names.
 *
 * @param what the networks that are known
 * @param needed whether a missing name is reported too, as the tensors do not tell all
 */
export function checkKnownName(
  config: TimmConfig,
  known: RegExp,
  what: string,
  report: Report,
  needed = false,
): void {
  const name = timmName(config);
  if (name === '' ? !needed : known.test(name)) return;
  report({
    where: "'architecture'",
    expected: `${what} by the name that timm gives it`,
    got: name === '' ? 'none' : `'${name}'`,
    remedy: 'A network of another variant comes in as ONNX',
  });
}

/** The number of classes: that of the classifier's rows; 0 for an encoder without a classifier, which gives features. */
export function timmClasses(
  { num_classes }: TimmConfig,
  classifier: string,
  rows: number | undefined,
  report: Report,
): number {
  if (rows === undefined ? !num_classes : num_classes == null || num_classes === rows) return rows ?? 0;
  report({
    where: `'${classifier}.weight'`,
    expected: num_classes ? `${num_classes} rows, as 'num_classes' says` : 'no classifier',
    got: rows === undefined ? 'none' : `${rows} rows, and 'num_classes' is ${num_classes}`,
    remedy: 'Use weights with a classifier, and the config.json that belongs to them',
  });
  return 0;
}

/** Numbers of the tensors `PREFIX.0.…`, `PREFIX.1.…`: how many there are, counted to the highest. */
export function countNumbered(names: Iterable<string>, prefix: string): number {
  let most = 0;
  for (const name of names) {
    if (!name.startsWith(`${prefix}.`)) continue;
    const index = Number.parseInt(name.slice(prefix.length + 1), 10);
    if (index >= most) most = index + 1;
  }
  return most;
}
