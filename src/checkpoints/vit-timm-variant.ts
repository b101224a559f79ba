import type { Report } from './define-architecture.ts';
import type { TimmConfig } from './vit-timm-config.ts';

/** Parts of timm's names that mean other operators than a plain Vision Transformer has, sometimes with the same tensors. */
const otherOperators =
  /^(xp|rope|ape|mixed|nope|alibi|relpos|srelpos|evos|pe|parallel|diff|18x2|d(little|medium|base|large|wee|pwee))$/;

/** Settings that the tensors tell as well, or that matter in training only. */
const settledByTensors = new Set([
  ...[
    'mlp_ratio',
    'init_values',
    'reg_tokens',
    'pre_norm',
    'fc_norm',
    'final_norm',
    'qk_norm',
    'num_classes',
    'in_chans',
  ],
  ...['drop_rate', 'pos_drop_rate', 'patch_drop_rate', 'proj_drop_rate', 'attn_drop_rate', 'drop_path_rate'],
  ...['weight_init', 'fix_init', 'dynamic_img_size', 'dynamic_img_pad'],
]);

/** Settings that the reader takes from config.json; see vit-timm-config. */
const read = new Set([
  ...[
    'num_heads',
    'embed_dim',
    'depth',
    'patch_size',
    'image_size',
    'img_size',
    'layer_norm_eps',
    'act',
    'act_layer',
  ],
  ...[
    'class_token',
    'no_embed_class',
    'global_pool',
    'pool_include_prefix',
    'qkv_bias',
    'proj_bias',
    'block_fn',
  ],
]);

const onlyOnnx = 'A network of another variant comes in as ONNX';

/** Whether the normalisations stand behind attention and perceptron: the tensors have the same names as before them. */
export function normsAfter({ architecture, model_args: args }: TimmConfig): boolean {
  return namedParts(architecture).includes('rpn') || args?.block_fn === 'ResPostBlock';
}

/** What name and settings say must be known: a variant with the same tensors would give other numbers. */
export function checkVariant({ architecture, model_args: args }: TimmConfig, report: Report): void {
  for (const part of namedParts(architecture)) {
    if (!otherOperators.test(part)) continue;
    report({
      where: "'architecture'",
      expected: 'a plain Vision Transformer',
      got: `'${architecture}', where '${part}' means other operators`,
      remedy: onlyOnnx,
    });
  }
  for (const [key, value] of Object.entries(args ?? {})) {
    if (value === null || read.has(key) || settledByTensors.has(key)) continue;
    report({
      where: `'model_args.${key}'`,
      expected: 'a setting that is known',
      got: JSON.stringify(value),
      remedy: onlyOnnx,
    });
  }
  if (args?.block_fn !== undefined && !['Block', 'ResPostBlock'].includes(String(args.block_fn))) {
    report({
      where: "'model_args.block_fn'",
      expected: "'Block' or 'ResPostBlock'",
      got: JSON.stringify(args.block_fn),
      remedy: onlyOnnx,
    });
  }
}

/** The parts of a name by timm's rules; none of a name of one's own. */
function namedParts(architecture: string | null | undefined): string[] {
  const [name = ''] = (architecture ?? '').split('.');
  return /^(vit|deit|deit3)_/.test(name) ? name.split('_') : [];
}
