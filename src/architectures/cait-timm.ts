import { addForEach } from '../checkpoints/add-for-each.ts';
import { type Attention, addHeads } from '../checkpoints/attention.ts';
import { addClassifiers } from '../checkpoints/classifiers.ts';
import { defineArchitecture, imageInput, inputName } from '../checkpoints/define-architecture.ts';
import { addLinear } from '../checkpoints/linear.ts';
import { addMlp } from '../checkpoints/mlp.ts';
import type { NetworkBuilder } from '../checkpoints/network-builder.ts';
import { addNorm } from '../checkpoints/norm.ts';
import { addPatchTokens } from '../checkpoints/patch-tokens.ts';
import { addPooling } from '../checkpoints/pooling.ts';
import type { Report } from '../checkpoints/problem-line.ts';
import { shapeOf } from '../checkpoints/shape-of.ts';
import { type Tensors, TimmBlocks } from '../checkpoints/timm-blocks.ts';
import {
  checkArguments,
  countNumbered,
  type TimmConfig,
  timmClasses,
  timmConfigSchema,
  timmField,
  timmName,
  timmNumber,
} from '../checkpoints/timm-config.ts';
import { timmImage } from '../checkpoints/timm-image.ts';
import { checkPatches, timmActivation, timmDepth, timmHeads } from '../checkpoints/timm-transformer.ts';
import { addScale, addTransformerBlock, type TransformerBlock } from '../checkpoints/transformer-block.ts';
import { patchCount } from '../checkpoints/vision-transformer.ts';

/** What the builder needs to know of a CaiT. */
interface Cait {
  readonly channels: number;
  readonly imageSize: readonly [number, number];
  readonly patchSize: readonly [number, number];
  readonly width: number;
  readonly heads: number;
  readonly epsilon: number;
  /** Blocks in which the patches attend to each other. */
  readonly blocks: readonly TransformerBlock[];
  /** Blocks in which the class token alone attends; their queries, keys and values are layers of their own. */
  readonly classBlocks: readonly TransformerBlock[];
  readonly classes: number;
  readonly features: boolean;
  /** What is read of the tokens: that of the class, or the mean of the patches. */
  readonly pooled: 'token' | 'avg';
}

const read = [
  ...['num_heads', 'embed_dim', 'depth', 'depth_token_only', 'patch_size', 'img_size', 'image_size'],
  ...['layer_norm_eps', 'act', 'act_layer', 'global_pool', 'qkv_bias'],
];

/**
 * CaiT in timm's names: talking heads, LayerScale, and a class token that joins in the last blocks only.
 *
 * Touvron, Cord, Sablayrolles, Synnaeve, Jégou: Going deeper with Image Transformers, ICCV 2021, arXiv:2103.17239.
 */
export const caitTimm = defineArchitecture({
  name: 'cait-timm',
  description:
    'CaiT as timm names its tensors (blocks.0.attn.proj_l.weight, blocks_token_only.0.attn.q.weight …)',
  matches: (_config, names) =>
    names.has('blocks_token_only.0.attn.q.weight') && names.has('patch_embed.proj.weight'),
  config: timmConfigSchema,
  parse,
  inputs: ({ channels, imageSize }) => imageInput([channels, ...imageSize]),
  outputShape: ({ classes }) => [classes],
  build,
});

function parse(config: TimmConfig, tensors: Tensors, report: Report): Cait {
  const patchShape = shapeOf(tensors, 'patch_embed.proj.weight', 4, report);
  const [width, channels, patchHeight, patchWidth] = patchShape as [number, number, number, number];
  const patchSize = [patchHeight, patchWidth] as const;
  checkPatches(config, width, patchSize, report);
  checkArguments(config, read, report);
  const positions = shapeOf(tensors, 'pos_embed', 3, report)[1]!;
  const epsilon = timmField(config, 'layer_norm_eps') ?? 1e-6;
  const norm = (path: string) => ({ path, epsilon });
  // All networks that are named so have heads of 48 features.
  const named =
    /^cait_/.test(timmName(config)) && timmNumber(config, 'num_heads') === undefined && width % 48 === 0;
  const heads = named ? width / 48 : timmHeads(config, width, report);
  const activation = timmActivation(config, report);
  const describe = new TimmBlocks({ config, tensors, report, width, heads, activation, norm });
  const classes = timmClasses(config, 'head', tensors.get('head.weight')?.shape[0], report);
  const describeAll = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, i) => describe.block(`${prefix}.${i}`, 'before'));
  return {
    channels,
    imageSize: timmImage(config, positions, 0, patchSize, report).imageSize,
    patchSize,
    width,
    heads,
    epsilon,
    blocks: describeAll('blocks', timmDepth(config, tensors)).map(withTalkingHeads),
    classBlocks: describeAll('blocks_token_only', countNumbered(tensors.keys(), 'blocks_token_only')),
    classes: classes || width,
    features: classes === 0,
    pooled: pooling(config, report),
  };
}

function pooling(config: TimmConfig, report: Report): 'token' | 'avg' {
  const stated = timmField(config, 'global_pool') ?? 'token';
  if (stated === 'token' || stated === 'avg') return stated;
  report({
    where: "'global_pool'",
    expected: "'token' or 'avg'",
    got: `'${stated}'`,
    remedy: 'A network with another pooling comes in as ONNX',
  });
  return 'token';
}

function withTalkingHeads(block: TransformerBlock): TransformerBlock {
  const { path } = block.attention;
  const talkingHeads = {
    before: { path: `${path}.proj_l`, bias: true },
    after: { path: `${path}.proj_w`, bias: true },
  };
  return { ...block, attention: { ...block.attention, talkingHeads } };
}

function build(cait: Cait, net: NetworkBuilder): void {
  const { channels, imageSize, patchSize, width, epsilon, classes, features } = cait;
  const count = patchCount(imageSize, patchSize);
  const embedding = { path: 'patch_embed.proj', bias: true, channels, patchSize, width };
  const embedded = addPatchTokens(net, embedding, count, inputName);
  const positions = net.weight('pos_embed', [1, count, width]);
  let patches = net.op('Add', [embedded, positions], {}, { name: 'pos_embed.added' });
  for (const block of cait.blocks) patches = addTransformerBlock(net, block, patches);
  let token = addForEach(net, 'cls_token.each', net.weight('cls_token', [1, 1, width]), [1, width]);
  for (const block of cait.classBlocks) token = addClassBlock(net, block, token, patches);
  const read = net.op('Concat', [token, patches], { axis: 1 }, { name: 'tokens' });
  const tokens = addNorm(net, { path: 'norm', epsilon }, width, read);
  const all = { tokens, width, prefix: 1, count: count + 1 };
  const kind = cait.pooled === 'token' ? 'token' : 'mean';
  addClassifiers(net, features ? [] : [{ path: 'head', bias: true }], [width, classes], () =>
    addPooling(net, { kind, includePrefix: false }, all, 0),
  );
}

/** Appends a block in which the class token [batch, 1, width] attends to itself and the patches. */
function addClassBlock(net: NetworkBuilder, block: TransformerBlock, token: string, patches: string): string {
  const { path, attention, attentionNorm, attentionScale, mlpNorm, mlpScale } = block;
  const { width } = attention;
  const joined = net.op('Concat', [token, patches], { axis: 1 }, { name: `${path}.joined` });
  const attended = addClassAttention(net, attention, addNorm(net, attentionNorm, width, joined));
  const scaled = addScale(net, attentionScale, width, attended);
  const middle = net.op('Add', [token, scaled], {}, { name: `${path}.attention_residual` });
  const perceived = addMlp(net, path, block.mlp, width, addNorm(net, mlpNorm, width, middle));
  return net.op('Add', [middle, addScale(net, mlpScale, width, perceived)], {}, { name: path });
}

/** The first token asks, all of them answer. */
function addClassAttention(net: NetworkBuilder, attention: Attention, tokens: string): string {
  const { path, width, output } = attention;
  const limits = [[0], [1], [1]].map((values, i) => net.integers(`${path}.first.${i}`, values));
  const first = net.op('Slice', [tokens, ...limits], {}, { name: `${path}.first` });
  const linear = (name: string, input: string) =>
    addLinear(net, { path: `${path}.${name}`, bias: true }, [width, width], input);
  const inputs = { query: linear('q', first), key: linear('k', tokens), value: linear('v', tokens) };
  return addLinear(net, output, [width, width], addHeads(net, attention, inputs));
}
