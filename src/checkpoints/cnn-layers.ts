import { addBatchNorm, addConvolution, type BatchNorm, type Padding } from './convolution.ts';
import type { NetworkBuilder } from './network-builder.ts';
import { addActivation, type PerceptronActivation } from './perceptron-activation.ts';

/** A value [batch, channels, height, width] of a network that is being built. */
export interface FeatureMap {
  readonly value: string;
  readonly channels: number;
  /** Height and width. */
  readonly size: readonly [number, number];
}

/** Where a convolution puts zeros: as many on every side, or as TensorFlow does, one more below and right if it must be. */
export type PaddingRule = 'symmetric' | 'tensorflow';

/** A convolution, perhaps normalised and activated. Numbers of channels, groups and kernel are those of its weight. */
export interface ConvLayer {
  readonly kind: 'convolution';
  readonly path: string;
  /** Whether it has a bias. Default: false */
  readonly bias?: boolean;
  /** Default: 1 */
  readonly stride?: number;
  /** Default: symmetric */
  readonly padding?: PaddingRule;
  readonly norm?: BatchNorm;
  readonly activation?: PerceptronActivation;
}

/**
 * Channels weighted by a perceptron that reads the mean of each.
 *
 * Hu, Shen, Sun: Squeeze-and-Excitation Networks, CVPR 2018, arXiv:1709.01507.
 */
export interface SqueezeExcitation {
  readonly kind: 'squeeze-excitation';
  /** Paths of 1×1 convolutions with bias. */
  readonly reduce: string;
  readonly expand: string;
  readonly activation: PerceptronActivation;
  readonly gate: PerceptronActivation;
}

/** Pooling: the largest of 3×3 pixels at every second one; or the mean of 2×2 pixels, next to each other. */
export interface PoolLayer {
  readonly kind: 'max-pool' | 'average-pool';
  readonly path: string;
}

/** A layer of a convolutional network. */
export type CnnLayer = ConvLayer | SqueezeExcitation | PoolLayer;

/** Appends layers, one after the other. */
export function addLayers(net: NetworkBuilder, layers: readonly CnnLayer[], map: FeatureMap): FeatureMap {
  return layers.reduce((input, layer) => addLayer(net, layer, input), map);
}

function addLayer(net: NetworkBuilder, layer: CnnLayer, map: FeatureMap): FeatureMap {
  switch (layer.kind) {
    case 'convolution':
      return addConvLayer(net, layer, map);
    case 'squeeze-excitation':
      return addSqueezeExcitation(net, layer, map);
    case 'max-pool':
      return addPool(net, 'MaxPool', { kernel: 3, padding: 1 }, layer, map);
    case 'average-pool':
      return addPool(net, 'AveragePool', { kernel: 2, padding: 0 }, layer, map);
  }
}

function addConvLayer(net: NetworkBuilder, layer: ConvLayer, map: FeatureMap): FeatureMap {
  const { path, bias = false, stride = 1, padding: rule = 'symmetric', norm, activation } = layer;
  const [outputs, perGroup, kernel] = net.shapeOf(`${path}.weight`, 4) as [number, number, number];
  const groups =
    map.channels % perGroup === 0 && outputs % (map.channels / perGroup) === 0 ? map.channels / perGroup : 1;
  const padding = paddingOf(rule, map.size, kernel, stride);
  const convolution = { path, bias, kernel, stride, padding, groups };
  let value = addConvolution(net, convolution, [map.channels, outputs], map.value);
  if (norm) value = addBatchNorm(net, norm, outputs, value);
  if (activation) value = addActivation(net, activation, value, `${path}.activation`);
  const length = (axis: 0 | 1) =>
    Math.floor((map.size[axis] + padding[axis] + padding[axis + 2]! - kernel) / stride) + 1;
  return { value, channels: outputs, size: [length(0), length(1)] };
}

function paddingOf(
  rule: PaddingRule,
  size: readonly [number, number],
  kernel: number,
  stride: number,
): Padding {
  if (rule === 'symmetric') {
    const each = Math.floor(kernel / 2);
    return [each, each, each, each];
  }
  const [down, across] = size.map((length) =>
    Math.max((Math.ceil(length / stride) - 1) * stride + kernel - length, 0),
  ) as [number, number];
  const [top, left] = [Math.floor(down / 2), Math.floor(across / 2)];
  return [top, left, down - top, across - left];
}

function addSqueezeExcitation(net: NetworkBuilder, layer: SqueezeExcitation, map: FeatureMap): FeatureMap {
  const { reduce, expand, activation, gate } = layer;
  const pooled = net.op('GlobalAveragePool', [map.value], {}, { name: `${reduce}.pool` });
  const mean: FeatureMap = { value: pooled, channels: map.channels, size: [1, 1] };
  const weights = addLayers(
    net,
    [
      { kind: 'convolution', path: reduce, bias: true, activation },
      { kind: 'convolution', path: expand, bias: true, activation: gate },
    ],
    mean,
  );
  return { ...map, value: net.op('Mul', [map.value, weights.value], {}, { name: `${expand}.scaled` }) };
}

/** Pooling at every second pixel; a last window that is cut off by the border has the pixels that are left. */
function addPool(
  net: NetworkBuilder,
  opType: 'MaxPool' | 'AveragePool',
  { kernel, padding }: { readonly kernel: number; readonly padding: number },
  { path }: PoolLayer,
  map: FeatureMap,
): FeatureMap {
  const ragged = opType === 'AveragePool' && map.size.some((length) => length % 2 === 1);
  const attributes = {
    kernel_shape: [kernel, kernel],
    strides: [2, 2],
    ...(padding > 0 && { pads: [padding, padding, padding, padding] }),
    ...(ragged && { ceil_mode: 1 }),
  };
  const value = net.op(opType, [map.value], attributes, { name: path });
  return { ...map, value, size: [Math.ceil(map.size[0] / 2), Math.ceil(map.size[1] / 2)] };
}
