import type { CnnLayer, ConvLayer } from '../checkpoints/cnn-layers.ts';
import { defineArchitecture, imageInput } from '../checkpoints/define-architecture.ts';
import type { Report } from '../checkpoints/problem-line.ts';
import { buildResidualCnn, type ResidualCnn, type ResidualCnnBlock } from '../checkpoints/residual-cnn.ts';
import { shapeOf } from '../checkpoints/shape-of.ts';
import type { Tensors } from '../checkpoints/timm-blocks.ts';
import {
  checkArguments,
  checkKnownName,
  countNumbered,
  type TimmConfig,
  timmClasses,
  timmConfigSchema,
} from '../checkpoints/timm-config.ts';
import { statedImage } from '../checkpoints/timm-image.ts';

/** X has no squeeze-and-excitation, Y has; the others are built otherwise. */
const known = /^regnet[xy]_\d+(_tv|_seer)?$/;

/** All of these give sizes, which the tensors have too. */
const read = ['w0', 'wa', 'wm', 'group_size', 'depth', 'stem_width', 'se_ratio', 'img_size', 'global_pool'];

const epsilon = 1e-5;

/**
 * RegNet X and Y in timm's names.
 *
 * Radosavovic, Kosaraju, Girshick, He, Dollár: Designing Network Design Spaces, CVPR 2020, arXiv:2003.13678.
 */
export const regnetTimm = defineArchitecture({
  name: 'regnet-timm',
  description:
    'RegNetX and RegNetY as timm names their tensors (stem.conv.weight, s1.b1.conv1.conv.weight …)',
  matches: (_config, names) => names.has('stem.conv.weight') && names.has('s1.b1.conv1.conv.weight'),
  config: timmConfigSchema,
  parse,
  inputs: ({ channels, imageSize }) => imageInput([channels, ...imageSize]),
  outputShape: ({ classes }) => [classes],
  build: buildResidualCnn,
});

function parse(config: TimmConfig, tensors: Tensors, report: Report): ResidualCnn {
  checkArguments(config, read, report);
  checkKnownName(config, known, 'RegNetX or RegNetY', report);
  // Blocks are numbered from 1 on.
  const depths = [1, 2, 3, 4].map((stage) => countNumbered(blockNumbers(tensors, stage), 'b') - 1);
  const blocks = depths.flatMap((depth, stage) =>
    Array.from({ length: Math.max(0, depth) }, (_, i) =>
      block(`s${stage + 1}.b${i + 1}`, i === 0 ? 2 : 1, tensors),
    ),
  );
  checkGroupSize(config, blocks, tensors, report);
  const last = blocks.at(-1)?.path ?? 's1.b1';
  const classes = timmClasses(config, 'head.fc', tensors.get('head.fc.weight')?.shape[0], report);
  return {
    channels: shapeOf(tensors, 'stem.conv.weight', 4, report)[1]!,
    imageSize: statedImage(config).imageSize,
    stem: [layer('stem', { stride: 2, activation: 'relu' })],
    blocks,
    classifier: classes === 0 ? undefined : 'head.fc',
    classes: classes || shapeOf(tensors, `${last}.conv3.conv.weight`, 4, report)[0]!,
  };
}

function* blockNumbers(tensors: Tensors, stage: number): Generator<string> {
  for (const name of tensors.keys()) {
    const number = new RegExp(`^s${stage}\\.b(\\d+)\\.`).exec(name)?.[1];
    if (number !== undefined) yield `b.${number}`;
  }
}

function layer(path: string, rest: Partial<ConvLayer> = {}): ConvLayer {
  return { kind: 'convolution', path: `${path}.conv`, norm: { path: `${path}.bn`, epsilon }, ...rest };
}

function block(path: string, stride: number, tensors: Tensors): ResidualCnnBlock {
  const excitation: CnnLayer = {
    kind: 'squeeze-excitation',
    reduce: `${path}.se.fc1`,
    expand: `${path}.se.fc2`,
    activation: 'relu',
    gate: 'sigmoid',
  };
  return {
    path,
    layers: [
      layer(`${path}.conv1`, { activation: 'relu' }),
      layer(`${path}.conv2`, { stride, activation: 'relu' }),
      ...(tensors.has(`${path}.se.fc1.weight`) ? [excitation] : []),
      layer(`${path}.conv3`),
    ],
    shortcut: tensors.has(`${path}.downsample.conv.weight`) ? [layer(`${path}.downsample`, { stride })] : [],
    activation: 'relu',
  };
}

/** Channels of a group follow from the weights; config.json must say the same. */
function checkGroupSize(
  config: TimmConfig,
  blocks: readonly ResidualCnnBlock[],
  tensors: Tensors,
  report: Report,
): void {
  const stated = config.model_args?.group_size;
  const found = tensors.get(`${blocks[0]?.path}.conv2.conv.weight`)?.shape[1];
  const width = tensors.get(`${blocks[0]?.path}.conv1.conv.weight`)?.shape[0] ?? 0;
  if (stated == null || found === undefined || found === Math.min(Number(stated), width)) return;
  report({
    where: "'model_args.group_size'",
    expected: `${found}, as the tensors have it`,
    got: JSON.stringify(stated),
    remedy: 'Use the config.json that belongs to the weights',
  });
}
