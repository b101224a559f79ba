import { z } from 'zod';
import { outputName } from '../checkpoints/classifiers.ts';
import { cnnConfigFields, compareWithTensors } from '../checkpoints/cnn-config.ts';
import { addBatchNorm, addConvolution, type Convolution, hasBatchNorm } from '../checkpoints/convolution.ts';
import { defineArchitecture, imageInput, inputName } from '../checkpoints/define-architecture.ts';
import { addLinear } from '../checkpoints/linear.ts';
import type { NetworkBuilder } from '../checkpoints/network-builder.ts';
import type { Report } from '../checkpoints/problem-line.ts';
import { shapeOf } from '../checkpoints/shape-of.ts';
import type { ErrorParts } from '../errors.ts';
import type { Tensor } from '../graph/tensor.ts';

const config = z.object({
  ...cnnConfigFields,
  /** How windows of 2×2 are pooled. */
  pooling: z.enum(['max', 'average']).default('max'),
  /** Whether pooling follows the last convolution, behind which no numbering tells. */
  last_pooling: z.boolean().default(true),
  /** Stride of each convolution. Default: 1 */
  strides: z.array(z.int().min(1)).optional(),
});

type VggConfig = z.infer<typeof config>;

/** A convolution, what normalises it, and whether pooling follows. */
interface VggLayer {
  readonly convolution: Convolution;
  readonly inputs: number;
  readonly outputs: number;
  readonly norm: string | undefined;
  readonly pooled: boolean;
}

/** A linear layer of the classifier. */
interface VggLinear {
  readonly path: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly bias: boolean;
}

/** What the builder needs to know of a VGG network. */
interface Vgg {
  readonly pooling: VggConfig['pooling'];
  readonly inputShape: readonly [number, number, number];
  readonly layers: readonly VggLayer[];
  /** Side of the windows averaged before the classifier; 1 for none. */
  readonly averaged: number;
  readonly classifier: readonly VggLinear[];
  readonly epsilon: number;
  readonly classes: number;
}

type Tensors = ReadonlyMap<string, Tensor>;

/**
 * VGG networks in torchvision's names: `features.I` (3×3 convolutions, batch normalisation, ReLU, max-pooling where the
 * numbering has a gap and at the end) and `classifier` (linear layers with ReLU between). The image size comes from
 * config.json, else it is 224, or 32 where the classifier reads one pixel. Adaptive average pooling before the
 * classifier is built where the image size calls for it. With `pooling`, `last_pooling` and `strides` config.json describes relatives of
 * these networks, which are pooled by averages or by the strides of their convolutions.
 *
 * Simonyan, Zisserman: Very Deep Convolutional Networks for Large-Scale Image Recognition, ICLR 2015, arXiv:1409.1556.
 */
export const vgg = defineArchitecture<VggConfig, Vgg>({
  name: 'vgg',
  description:
    "VGG in torchvision's names, with or without batch normalisation (features.0.weight … classifier…)",
  matches: (_config, names) =>
    names.has('features.0.weight') && (names.has('classifier.0.weight') || names.has('classifier.weight')),
  config,
  parse,
  inputs: ({ inputShape }) => imageInput(inputShape),
  outputShape: ({ classes }) => [classes],
  build,
});

function parse(given: VggConfig, tensors: Tensors, report: Report): Vgg {
  const layers = featureLayers(given, tensors, report);
  const classifier = classifierLayers(tensors, report);
  const classes = classifier.at(-1)!.outputs;
  compareWithTensors({ num_classes: { is: given.num_classes, found: classes } }, report);
  const pixels = classifier[0]!.inputs / layers.at(-1)!.outputs;
  const size = given.image_size ?? (pixels === 1 ? 32 : 224);
  const remaining = layers.reduce(sizeBehind, size);
  const averaged = remaining / Math.sqrt(pixels);
  if (!Number.isInteger(averaged) || averaged < 1) {
    report({
      where: "'image_size'",
      expected: `a size that leaves a multiple of ${Math.sqrt(pixels)} pixels a side for '${classifier[0]!.path}'`,
      got: `${size}, which leaves ${remaining}`,
      remedy: "Set 'image_size' in config.json to the size that the weights were trained with",
    });
  }
  return {
    pooling: given.pooling,
    inputShape: [layers[0]!.inputs, size, size],
    layers,
    averaged,
    classifier,
    epsilon: given.batch_norm_eps,
    classes,
  };
}

/** Side of the picture that a layer makes of one. */
function sizeBehind(size: number, { convolution: { stride = 1 }, pooled }: VggLayer): number {
  return Math.floor(Math.ceil(size / stride) / (pooled ? 2 : 1));
}

function featureLayers(
  { strides, last_pooling: lastPooling }: VggConfig,
  tensors: Tensors,
  report: Report,
): VggLayer[] {
  const positions = [...tensors]
    .flatMap(([name, { shape }]) =>
      shape.length === 4 ? (/^features\.(\d+)\.weight$/.exec(name)?.[1] ?? []) : [],
    )
    .map(Number)
    .sort((a, b) => a - b);
  if (strides && strides.length !== positions.length) report(wrongStrides(strides, positions));
  return positions.map((position, i) => {
    const path = `features.${position}`;
    const [outputs, inputs, kernel] = shapeOf(tensors, `${path}.weight`, 4, report) as [
      number,
      number,
      number,
    ];
    const norm = hasBatchNorm(tensors, `features.${position + 1}`) ? `features.${position + 1}` : undefined;
    // Convolution, perhaps a normalisation, ReLU: what is one further on is the next convolution, or pooling.
    const next = position + (norm ? 3 : 2);
    return {
      convolution: { path, bias: tensors.has(`${path}.bias`), kernel, stride: strides?.[i] ?? 1 },
      inputs,
      outputs,
      norm,
      pooled: i + 1 < positions.length ? positions[i + 1] !== next : lastPooling,
    };
  });
}

function wrongStrides(strides: readonly number[], positions: readonly number[]): ErrorParts {
  return {
    where: "'strides'",
    expected: `one for each of the ${positions.length} convolutions`,
    got: `${strides.length}`,
    remedy: 'Use the config.json that belongs to the weights',
  };
}

function classifierLayers(tensors: Tensors, report: Report): VggLinear[] {
  const numbered = [...tensors.keys()]
    .flatMap((name) => /^classifier\.(\d+)\.weight$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
  const paths = numbered.length > 0 ? numbered.map((i) => `classifier.${i}`) : ['classifier'];
  return paths.map((path) => {
    const [outputs, inputs] = shapeOf(tensors, `${path}.weight`, 2, report) as [number, number];
    return { path, inputs, outputs, bias: tensors.has(`${path}.bias`) };
  });
}

function build({ pooling, layers, averaged, classifier, epsilon }: Vgg, net: NetworkBuilder): void {
  let features = inputName;
  for (const layer of layers) {
    features = addLayer(net, layer, epsilon, features);
    if (layer.pooled) features = addPooling(net, pooling, layer, features);
  }
  if (averaged > 1) {
    const window = { kernel_shape: [averaged, averaged], strides: [averaged, averaged] };
    features = net.op('AveragePool', [features], window, { name: 'avgpool' });
  }
  let values = net.op('Flatten', [features], { axis: 1 }, { name: 'flat' });
  for (const { path, inputs, outputs, bias } of classifier.slice(0, -1)) {
    const linear = addLinear(net, { path, bias }, [inputs, outputs], values);
    values = net.op('Relu', [linear], {}, { name: `${path}.relu` });
  }
  const { path, inputs, outputs, bias } = classifier.at(-1)!;
  addLinear(net, { path, bias }, [inputs, outputs], values, outputName);
}

function addLayer(
  net: NetworkBuilder,
  { convolution, inputs, outputs, norm }: VggLayer,
  epsilon: number,
  input: string,
): string {
  let value = addConvolution(net, convolution, [inputs, outputs], input);
  if (norm) value = addBatchNorm(net, { path: norm, epsilon }, outputs, value);
  return net.op('Relu', [value], {}, { name: `${convolution.path}.relu` });
}

function addPooling(
  net: NetworkBuilder,
  pooling: Vgg['pooling'],
  { convolution: { path } }: VggLayer,
  input: string,
): string {
  const window = { kernel_shape: [2, 2], strides: [2, 2] };
  const opType = pooling === 'max' ? 'MaxPool' : 'AveragePool';
  return net.op(opType, [input], window, { name: `${path}.pool` });
}
