import { UsageError } from '../../errors.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { Random } from '../../random.ts';
import type { NetworkShape } from './define-network.ts';
import { filledTensor, normalTensor } from './random-tensors.ts';

/** A 3×3 convolution of a plain network, and how the picture becomes smaller there. */
export interface FeatureLayer {
  readonly channels: number;
  /** Default: 1 */
  readonly stride?: number | undefined;
  /** Whether windows of 2×2 are pooled behind it. Default: false */
  readonly pooled?: boolean | undefined;
}

/** Convolutions with linear layers behind them, under the names of VGG networks. */
export interface PlainNetwork {
  readonly kind: string;
  readonly features: readonly FeatureLayer[];
  /** Neurons of each hidden linear layer. */
  readonly classifier: readonly number[];
  readonly bias: boolean;
  readonly batchNorm: boolean;
  /** Standard deviation of the weights of a linear layer at the start. */
  readonly linearDeviation: (inputs: number) => number;
}

/**
 * Random weights of a plain network: those of convolutions with variance 2/(k²·outputs).
 *
 * @throws UsageError for pictures that are not square, or that the layers do not make smaller without a remainder
 */
export function plainTensors(
  network: PlainNetwork,
  shape: NetworkShape,
  random: Random,
): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  let [inputs, position] = [shape.channels, 0];
  for (const { channels, pooled } of network.features) {
    const deviation = Math.sqrt(2 / (9 * channels));
    tensors.set(`features.${position}.weight`, normalTensor([channels, inputs, 3, 3], deviation, random));
    // A normalisation takes off any bias.
    if (network.bias && !network.batchNorm)
      tensors.set(`features.${position}.bias`, filledTensor([channels], 0));
    if (network.batchNorm) addNorm(tensors, `features.${position + 1}`, channels);
    // As torchvision counts: convolution, perhaps a normalisation, ReLU, perhaps pooling.
    position += 2 + Number(network.batchNorm) + Number(pooled ?? false);
    inputs = channels;
  }
  inputs *= sideBehind(network, shape) ** 2;
  for (const [i, outputs] of [...network.classifier, shape.classes].entries()) {
    const deviation = network.linearDeviation(inputs);
    // Again as torchvision counts: linear, ReLU, dropout.
    tensors.set(`classifier.${3 * i}.weight`, normalTensor([outputs, inputs], deviation, random));
    if (network.bias) tensors.set(`classifier.${3 * i}.bias`, filledTensor([outputs], 0));
    inputs = outputs;
  }
  return tensors;
}

function addNorm(tensors: Map<string, Tensor>, path: string, channels: number): void {
  for (const [part, value] of Object.entries({ weight: 1, bias: 0, running_mean: 0, running_var: 1 }))
    tensors.set(`${path}.${part}`, filledTensor([channels], value));
}

/** What config.json says of a plain network. */
export function plainConfig(
  { features }: PlainNetwork,
  { height, classes }: NetworkShape,
  pooling: 'max' | 'average',
): Record<string, unknown> {
  const strides = features.map(({ stride = 1 }) => stride);
  return {
    architecture: 'vgg',
    num_classes: classes,
    image_size: height,
    batch_norm_eps: 1e-5,
    pooling,
    last_pooling: features.at(-1)?.pooled ?? false,
    ...(strides.some((stride) => stride > 1) && { strides }),
  };
}

/** Side of what the last convolution makes. */
function sideBehind({ kind, features }: PlainNetwork, { height, width }: NetworkShape): number {
  const factors = features.map(({ stride = 1, pooled = false }) => stride * (pooled ? 2 : 1));
  const smaller = factors.reduce((product, factor) => product * factor, 1);
  if (height === width && height % smaller === 0) return height / smaller;
  throw new UsageError({
    where: `network '${kind}'`,
    expected: `square pictures whose side is a multiple of ${smaller}, as its layers make them smaller`,
    got: `${width} × ${height} pixels`,
    remedy: 'Crop the pictures, or give the network fewer layers that make them smaller',
  });
}
