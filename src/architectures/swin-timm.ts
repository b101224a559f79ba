import { defineArchitecture, imageInput } from '../checkpoints/define-architecture.ts';
import type { PerceptronActivation } from '../checkpoints/perceptron-activation.ts';
import type { Report } from '../checkpoints/problem-line.ts';
import { windowIndex, windowRows } from '../checkpoints/relative-positions.ts';
import { shapeOf } from '../checkpoints/shape-of.ts';
import { buildSwin, type Swin, type SwinBlock, type SwinStage, stageWindows } from '../checkpoints/swin.ts';
import type { Tensors } from '../checkpoints/timm-blocks.ts';
import {
  checkArguments,
  countNumbered,
  heightAndWidth,
  type TimmConfig,
  timmClasses,
  timmConfigSchema,
  timmField,
  timmName,
} from '../checkpoints/timm-config.ts';
import { statedImage } from '../checkpoints/timm-image.ts';
import { checkPatches, timmActivation } from '../checkpoints/timm-transformer.ts';
import { patchGrid } from '../checkpoints/vision-transformer.ts';
import type { Windows } from '../checkpoints/windows.ts';

const read = [
  ...[
    'img_size',
    'image_size',
    'patch_size',
    'window_size',
    'embed_dim',
    'depths',
    'num_heads',
    'layer_norm_eps',
  ],
  ...['act', 'act_layer', 'global_pool', 'pretrained_window_sizes'],
];

/** Swin Transformers, the first and the second version, in timm's names. */
export const swinTimm = defineArchitecture({
  name: 'swin-timm',
  description:
    'Swin and Swin V2 as timm names their tensors (patch_embed.proj.weight, layers.0.blocks.0.attn.qkv.weight …)',
  matches: (_config, names) =>
    names.has('patch_embed.proj.weight') &&
    (names.has('layers.0.blocks.0.attn.relative_position_bias_table') ||
      names.has('layers.0.blocks.0.attn.cpb_mlp.0.weight')),
  config: timmConfigSchema,
  parse,
  unused: () => [/\.attn_mask$/, /\.relative_position_index$/, /\.relative_coords_table$/],
  inputs: ({ channels, imageSize }) => imageInput([channels, ...imageSize]),
  outputShape: ({ classes }) => [classes],
  build: buildSwin,
});

/** What all blocks have in common. */
interface Common {
  readonly config: TimmConfig;
  readonly tensors: Tensors;
  readonly report: Report;
  readonly activation: PerceptronActivation;
  readonly epsilon: number;
  /** The second version: cosines, positions by a perceptron, norms behind the branches. */
  readonly second: boolean;
}

function parse(config: TimmConfig, tensors: Tensors, report: Report): Swin {
  const patchShape = shapeOf(tensors, 'patch_embed.proj.weight', 4, report);
  const [embedDim, channels, patchHeight, patchWidth] = patchShape as [number, number, number, number];
  const patchSize = [patchHeight, patchWidth] as const;
  checkPatches(config, embedDim, patchSize, report);
  checkArguments(config, read, report);
  const { imageSize } = statedImage(config);
  const window = windowSize(config, report);
  const epsilon = timmField(config, 'layer_norm_eps') ?? 1e-5;
  const second = tensors.has('layers.0.blocks.0.attn.cpb_mlp.0.weight');
  const common = { config, tensors, report, activation: timmActivation(config, report), epsilon, second };
  const [down, across] = patchGrid(imageSize, patchSize);
  const stages = Array.from({ length: countNumbered(tensors.keys(), 'layers') }, (_, i) =>
    stage(i, embedDim * 2 ** i, [down / 2 ** i, across / 2 ** i], window, common),
  );
  const width = stages.at(-1)!.width;
  const classes = timmClasses(config, 'head.fc', tensors.get('head.fc.weight')?.shape[0], report);
  return {
    channels,
    imageSize,
    patchSize,
    patches: 'patch_embed.proj',
    patchNorm: tensors.has('patch_embed.norm.weight') ? { path: 'patch_embed.norm', epsilon } : undefined,
    stages,
    lastNorm: { path: 'norm', epsilon },
    classifier: classes === 0 ? undefined : 'head.fc',
    classes: classes || width,
  };
}

/** The window's size, which the name of the network ends in if config.json does not state it: window7, window12to16. */
function windowSize(config: TimmConfig, report: Report): readonly [number, number] {
  const stated = timmField(config, 'window_size');
  const named = /_window(?:\d+to)?(\d+)_/.exec(`${timmName(config)}_`)?.[1];
  if (stated !== undefined) return heightAndWidth(stated);
  if (named !== undefined) return [Number(named), Number(named)];
  report({
    where: "'window_size'",
    expected: 'the number of tokens of a window across',
    got: `none, and none in the name '${timmName(config)}'`,
    remedy: 'Add "window_size" to config.json: the weights do not tell it',
  });
  return [1, 1];
}

function stage(
  index: number,
  width: number,
  grid: readonly [number, number],
  window: readonly [number, number],
  common: Common,
): SwinStage {
  const { tensors, epsilon, second, report } = common;
  const path = `layers.${index}`;
  const windows = stageWindows(grid, window, countNumbered(tensors.keys(), `${path}.blocks`), report);
  return {
    width,
    merging:
      index === 0
        ? undefined
        : {
            reduction: `${path}.downsample.reduction`,
            norm: { path: `${path}.downsample.norm`, epsilon },
            normFirst: !second,
          },
    blocks: windows.map((each, i) => block(`${path}.blocks.${i}`, index, width, each, common)),
  };
}

function block(path: string, index: number, width: number, windows: Windows, common: Common): SwinBlock {
  const { config, tensors, report, activation, epsilon, second } = common;
  const attn = `${path}.attn`;
  const heads = second
    ? shapeOf(tensors, `${attn}.logit_scale`, 3, report)[0]!
    : shapeOf(tensors, `${attn}.relative_position_bias_table`, 2, report)[1]!;
  const hidden = shapeOf(tensors, `${path}.mlp.fc1.weight`, 2, report)[0]!;
  const { window } = windows;
  const bias = second ? [`${attn}.q_bias`, undefined, `${attn}.v_bias`] : true;
  return {
    windows,
    positions: second
      ? { path: `${attn}.cpb_mlp`, window, trained: trainedWindow(config, index) ?? window }
      : {
          table: `${attn}.relative_position_bias_table`,
          rows: windowRows(window),
          tokens: window[0] * window[1],
          index: windowIndex(window),
        },
    block: {
      path,
      norms: second ? 'after' : 'before',
      attentionNorm: { path: `${path}.norm1`, epsilon },
      attention: {
        path: attn,
        width,
        heads,
        projections: { kind: 'fused', qkv: { path: `${attn}.qkv`, bias } },
        cosineScale: second ? `${attn}.logit_scale` : undefined,
        output: { path: `${attn}.proj`, bias: true },
      },
      attentionScale: undefined,
      mlpNorm: { path: `${path}.norm2`, epsilon },
      mlp: {
        expand: { path: `${path}.mlp.fc1`, bias: true },
        activation,
        hidden,
        contract: { path: `${path}.mlp.fc2`, bias: true },
      },
      mlpScale: undefined,
    },
  };
}

/** The window of the training before that on larger images, as in window12to16_192to256; `undefined`: there was none. */
function trainedWindow(config: TimmConfig, stage: number): readonly [number, number] | undefined {
  const stated = config.model_args?.pretrained_window_sizes;
  const named = /_window(\d+)to\d+_(\d+)to\d+/.exec(timmName(config));
  const size = Array.isArray(stated)
    ? (stated[stage] as number | [number, number])
    : named
      ? Math.min(Number(named[1]), Number(named[2]) / (4 * 2 ** stage))
      : 0;
  const window = heightAndWidth(size);
  return window[0] > 0 ? window : undefined;
}
