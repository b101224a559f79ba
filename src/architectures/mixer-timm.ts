import { addClassifiers } from '../checkpoints/classifiers.ts';
import { defineArchitecture, imageInput, inputName } from '../checkpoints/define-architecture.ts';
import { addLinear } from '../checkpoints/linear.ts';
import { addMlp, type Mlp } from '../checkpoints/mlp.ts';
import type { NetworkBuilder } from '../checkpoints/network-builder.ts';
import { addNorm, type Norm } from '../checkpoints/norm.ts';
import { addPatchTokens } from '../checkpoints/patch-tokens.ts';
import type { PerceptronActivation } from '../checkpoints/perceptron-activation.ts';
import { addPooling } from '../checkpoints/pooling.ts';
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
} from '../checkpoints/timm-config.ts';
import { statedImage } from '../checkpoints/timm-image.ts';
import { checkPatches, timmActivation } from '../checkpoints/timm-transformer.ts';
import { addScale } from '../checkpoints/transformer-block.ts';
import { patchCount } from '../checkpoints/vision-transformer.ts';

/** What the builder needs to know of a network that mixes tokens and features in turn. */
interface Mixer {
  readonly channels: number;
  readonly imageSize: readonly [number, number];
  readonly patchSize: readonly [number, number];
  readonly width: number;
  readonly depth: number;
  readonly activation: PerceptronActivation;
  /** Whether tokens are mixed by one linear layer, and norms and scales are affine, as in ResMLP. */
  readonly linear: boolean;
  readonly epsilon: number;
  readonly classes: number;
  readonly features: boolean;
}

const read = [
  ...[
    'num_blocks',
    'embed_dim',
    'patch_size',
    'img_size',
    'image_size',
    'layer_norm_eps',
    'act',
    'act_layer',
  ],
  'global_pool',
];

/**
 * MLP-Mixer and ResMLP in timm's names: x + mix over tokens of norm(x), then x + perceptron(norm(x)).
 *
 * Tolstikhin et al.: MLP-Mixer: An all-MLP Architecture for Vision, NeurIPS 2021, arXiv:2105.01601.
 * Touvron et al.: ResMLP: Feedforward networks for image classification with data-efficient training, 2021, arXiv:2105.03404.
 */
export const mixerTimm = defineArchitecture({
  name: 'mixer-timm',
  description:
    'MLP-Mixer and ResMLP as timm names their tensors (stem.proj.weight, blocks.0.mlp_channels.fc1.weight …)',
  matches: (_config, names) =>
    names.has('stem.proj.weight') &&
    names.has('blocks.0.mlp_channels.fc1.weight') &&
    (names.has('blocks.0.mlp_tokens.fc1.weight') || names.has('blocks.0.linear_tokens.weight')),
  config: timmConfigSchema,
  parse,
  inputs: ({ channels, imageSize }) => imageInput([channels, ...imageSize]),
  outputShape: ({ classes }) => [classes],
  build,
});

function parse(config: TimmConfig, tensors: Tensors, report: Report): Mixer {
  const patchShape = shapeOf(tensors, 'stem.proj.weight', 4, report);
  const [width, channels, patchHeight, patchWidth] = patchShape as [number, number, number, number];
  const patchSize = [patchHeight, patchWidth] as const;
  checkPatches(config, width, patchSize, report, 'stem.proj');
  checkArguments(config, read, report);
  const pool = timmField(config, 'global_pool') ?? 'avg';
  if (pool !== 'avg') {
    report({
      where: "'global_pool'",
      expected: "'avg'",
      got: `'${pool}'`,
      remedy: 'A network with another pooling comes in as ONNX',
    });
  }
  const classes = timmClasses(config, 'head', tensors.get('head.weight')?.shape[0], report);
  return {
    channels,
    imageSize: statedImage(config).imageSize,
    patchSize,
    width,
    depth: timmField(config, 'num_blocks') ?? countNumbered(tensors.keys(), 'blocks'),
    activation: timmActivation(config, report),
    linear: tensors.has('blocks.0.linear_tokens.weight'),
    epsilon: timmField(config, 'layer_norm_eps') ?? 1e-6,
    classes: classes || width,
    features: classes === 0,
  };
}

function build(mixer: Mixer, net: NetworkBuilder): void {
  const { channels, imageSize, patchSize, width, depth, linear, epsilon, classes, features } = mixer;
  const count = patchCount(imageSize, patchSize);
  const norm = (path: string): Norm => ({ path, epsilon, kind: linear ? 'affine' : 'layer' });
  let tokens = addPatchTokens(
    net,
    { path: 'stem.proj', bias: true, channels, patchSize, width },
    count,
    inputName,
  );
  for (let i = 0; i < depth; i++) tokens = addBlock(net, mixer, `blocks.${i}`, norm, count, tokens);
  tokens = addNorm(net, norm('norm'), width, tokens);
  const pooled = { tokens, width, prefix: 0, count };
  addClassifiers(net, features ? [] : [{ path: 'head', bias: true }], [width, classes], () =>
    addPooling(net, { kind: 'mean', includePrefix: false }, pooled, 0),
  );
}

function addBlock(
  net: NetworkBuilder,
  { width, linear, activation }: Mixer,
  path: string,
  norm: (path: string) => Norm,
  count: number,
  input: string,
): string {
  const branch = (number: 1 | 2, value: string, of: (value: string) => string) => {
    const made = of(addNorm(net, norm(`${path}.norm${number}`), width, value));
    const scaled = addScale(net, linear ? `${path}.ls${number}` : undefined, width, made);
    return net.op('Add', [value, scaled], {}, { name: `${path}.residual${number}` });
  };
  const mixed = branch(1, input, (value) => {
    const columns = net.op('Transpose', [value], { perm: [0, 2, 1] }, { name: `${path}.columns` });
    const mixedColumns = linear
      ? addLinear(net, { path: `${path}.linear_tokens`, bias: true }, [count, count], columns)
      : addPerceptron(net, `${path}.mlp_tokens`, activation, count, columns);
    return net.op('Transpose', [mixedColumns], { perm: [0, 2, 1] }, { name: `${path}.rows` });
  });
  return branch(2, mixed, (value) => addPerceptron(net, `${path}.mlp_channels`, activation, width, value));
}

function addPerceptron(
  net: NetworkBuilder,
  path: string,
  activation: PerceptronActivation,
  width: number,
  input: string,
): string {
  const [, hidden] = net.shapeOf(`${path}.fc2.weight`, 2) as [number, number];
  const expand = { path: `${path}.fc1`, bias: true };
  const mlp: Mlp = { expand, activation, hidden, contract: { path: `${path}.fc2`, bias: true } };
  return addMlp(net, path, mlp, width, input);
}
