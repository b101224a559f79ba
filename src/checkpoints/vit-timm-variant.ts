import type { Report } from './problem-line.ts';
import { checkArguments, type TimmConfig, timmName, timmNameParts } from './timm-config.ts';

/** Parts of timm's names that mean other operators than a plain Vision Transformer has, sometimes with the same tensors. */
const otherOperators =
  /^(rope|ape|mixed|nope|alibi|relpos|srelpos|evos|pe|parallel|diff|18x2|d(little|medium|base|large|wee|pwee))$/;

/** Settings that the reader takes from config.json. */
const read = [
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
  ...['mlp_layer'],
];

/** The kinds of blocks by the names of their classes, and the part of a network's name that means each. */
const blockKinds = { Block: undefined, ResPostBlock: 'rpn', ParallelScalingBlock: 'xp' } as const;

/** How the blocks of a Vision Transformer are made; tensors of the first two have the same names. */
export type BlockKind = keyof typeof blockKinds;

const onlyOnnx = 'A network of another variant comes in as ONNX';

/** The kind of blocks, which the name or `block_fn` tells. */
export function blockKind(config: TimmConfig): BlockKind {
  const stated = config.model_args?.block_fn;
  const parts = namedParts(config);
  const kinds = Object.keys(blockKinds) as BlockKind[];
  return kinds.find((kind) => kind === stated || parts.includes(blockKinds[kind] ?? '')) ?? 'Block';
}

/** What name and settings say must be known: a variant with the same tensors would give other numbers. */
export function checkVariant(config: TimmConfig, report: Report): void {
  for (const part of namedParts(config)) {
    if (!otherOperators.test(part)) continue;
    report({
      where: "'architecture'",
      expected: 'a plain Vision Transformer',
      got: `'${config.architecture}', where '${part}' means other operators`,
      remedy: onlyOnnx,
    });
  }
  checkArguments(config, read, report);
  const stated = config.model_args?.block_fn;
  if (stated != null && !Object.hasOwn(blockKinds, String(stated))) {
    report({
      where: "'model_args.block_fn'",
      expected: `one of ${Object.keys(blockKinds).join(', ')}`,
      got: JSON.stringify(stated),
      remedy: onlyOnnx,
    });
  }
}

/** The parts of a name by timm's rules; none of a name of one's own. */
function namedParts(config: TimmConfig): string[] {
  return /^(vit|deit|deit3)_/.test(timmName(config)) ? timmNameParts(config) : [];
}
