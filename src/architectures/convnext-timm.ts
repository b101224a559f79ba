import {
  buildConvNext,
  type ConvNext,
  type ConvNextBlock,
  type ConvNextStage,
} from '../checkpoints/convnext.ts';
import { defineArchitecture, imageInput } from '../checkpoints/define-architecture.ts';
import type { PerceptronActivation } from '../checkpoints/perceptron-activation.ts';
import type { Report } from '../checkpoints/problem-line.ts';
import { shapeOf } from '../checkpoints/shape-of.ts';
import type { Tensors } from '../checkpoints/timm-blocks.ts';
import {
  checkArguments,
  countNumbered,
  type TimmConfig,
  timmClasses,
  timmConfigSchema,
  timmField,
  timmName,
} from '../checkpoints/timm-config.ts';
import { statedImage } from '../checkpoints/timm-image.ts';
import { timmActivation } from '../checkpoints/timm-transformer.ts';

const read = [
  'depths',
  'dims',
  'patch_size',
  'img_size',
  'act',
  'act_layer',
  'global_pool',
  'kernel_sizes',
  'norm_eps',
];

/** ConvNeXt, the first and the second version, in timm's names. */
export const convnextTimm = defineArchitecture({
  name: 'convnext-timm',
  description:
    'ConvNeXt and ConvNeXt V2 as timm names their tensors (stem.0.weight, stages.0.blocks.0.conv_dw.weight …)',
  matches: (_config, names) => names.has('stem.0.weight') && names.has('stages.0.blocks.0.conv_dw.weight'),
  config: timmConfigSchema,
  parse,
  inputs: ({ channels, imageSize }) => imageInput([channels, ...imageSize]),
  outputShape: ({ classes }) => [classes],
  build: buildConvNext,
});

/** What all blocks have in common. */
interface Common {
  readonly tensors: Tensors;
  readonly report: Report;
  readonly activation: PerceptronActivation;
  readonly epsilon: number;
}

function parse(config: TimmConfig, tensors: Tensors, report: Report): ConvNext {
  checkArguments(config, read, report);
  const [first, channels, patchSize] = shapeOf(tensors, 'stem.0.weight', 4, report) as [
    number,
    number,
    number,
  ];
  checkStem(config, patchSize, report);
  const stated = config.model_args?.norm_eps;
  const epsilon = typeof stated === 'number' ? stated : /_xxlarge/.test(timmName(config)) ? 1e-5 : 1e-6;
  const common = { tensors, report, activation: timmActivation(config, report), epsilon };
  const count = countNumbered(tensors.keys(), 'stages');
  const stages = Array.from({ length: count }, (_, i) => stage(`stages.${i}`, common));
  checkSizes(config, stages, report);
  const classes = timmClasses(config, 'head.fc', tensors.get('head.fc.weight')?.shape[0], report);
  return {
    channels,
    imageSize: statedImage(config).imageSize,
    patches: 'stem.0',
    patchSize,
    patchNorm: { path: 'stem.1', epsilon },
    stages,
    lastNorm: { path: 'head.norm', epsilon },
    classifier: classes === 0 ? undefined : 'head.fc',
    classes: classes || (stages.at(-1)?.width ?? first),
  };
}

/** Stems of overlapping patches have other strides than their kernels are wide. */
function checkStem(config: TimmConfig, patchSize: number, report: Report): void {
  const stated = timmField(config, 'patch_size') ?? 4;
  if (patchSize === stated) return;
  report({
    where: "'stem.0.weight'",
    expected: `a kernel of ${String(stated)} pixels a side, as patches that do not overlap have`,
    got: `${patchSize}`,
    remedy: 'A network with another stem comes in as ONNX',
  });
}

/** Numbers of blocks and channels that config.json states must be those of the tensors. */
function checkSizes(config: TimmConfig, stages: readonly ConvNextStage[], report: Report): void {
  const found = { depths: stages.map(({ blocks }) => blocks.length), dims: stages.map(({ width }) => width) };
  for (const field of ['depths', 'dims'] as const) {
    const stated = timmField(config, field);
    if (stated === undefined || stated.join() === found[field].join()) continue;
    report({
      where: `'model_args.${field}'`,
      expected: `${found[field].join(', ')}, as the tensors have it`,
      got: stated.join(', '),
      remedy: 'Use the config.json that belongs to the weights',
    });
  }
}

function stage(path: string, common: Common): ConvNextStage {
  const { tensors, report, epsilon } = common;
  const width = shapeOf(tensors, `${path}.blocks.0.conv_dw.weight`, 4, report)[0]!;
  return {
    width,
    downsampling: tensors.has(`${path}.downsample.1.weight`)
      ? { norm: { path: `${path}.downsample.0`, epsilon }, convolution: `${path}.downsample.1` }
      : undefined,
    blocks: Array.from({ length: countNumbered(tensors.keys(), `${path}.blocks`) }, (_, i) =>
      block(`${path}.blocks.${i}`, common),
    ),
  };
}

function block(path: string, { tensors, report, activation, epsilon }: Common): ConvNextBlock {
  const weight = tensors.get(`${path}.mlp.fc1.weight`);
  const pointwise = weight?.shape.length === 4;
  const linear = (name: string) => ({ path: `${path}.mlp.${name}`, bias: true, pointwise });
  return {
    path,
    depthwise: `${path}.conv_dw`,
    kernel: shapeOf(tensors, `${path}.conv_dw.weight`, 4, report)[2]!,
    norm: { path: `${path}.norm`, epsilon },
    expand: linear('fc1'),
    hidden: weight?.shape[0] ?? 1,
    activation,
    response: tensors.has(`${path}.mlp.grn.weight`) ? { path: `${path}.mlp.grn`, spread: false } : undefined,
    contract: linear('fc2'),
    scale: tensors.has(`${path}.gamma`) ? `${path}.gamma` : undefined,
  };
}
