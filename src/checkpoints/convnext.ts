import { addClassifiers } from './classifiers.ts';
import { addConvolution } from './convolution.ts';
import { inputName } from './define-architecture.ts';
import { addLinear, type Linear } from './linear.ts';
import type { NetworkBuilder } from './network-builder.ts';
import { addNorm, type Norm } from './norm.ts';
import { addPatchGrid } from './patch-tokens.ts';
import { addActivation, type PerceptronActivation } from './perceptron-activation.ts';
import { addScale } from './transformer-block.ts';

/**
 * A ConvNeXt, whoever named its tensors.
 *
 * Liu, Mao, Wu, Feichtenhofer, Darrell, Xie: A ConvNet for the 2020s, CVPR 2022, arXiv:2201.03545.
 * Woo et al.: ConvNeXt V2: Co-designing and Scaling ConvNets with Masked Autoencoders, CVPR 2023, arXiv:2301.00808.
 */
export interface ConvNext {
  readonly channels: number;
  readonly imageSize: readonly [number, number];
  /** Convolution that embeds patches of `patchSize` pixels a side. */
  readonly patches: string;
  readonly patchSize: number;
  readonly patchNorm: Norm;
  readonly stages: readonly ConvNextStage[];
  /** Normalisation of the mean of all pixels. */
  readonly lastNorm: Norm;
  /** Path of the classifier; `undefined`: none. */
  readonly classifier: string | undefined;
  readonly classes: number;
}

/** Blocks of one resolution. */
export interface ConvNextStage {
  readonly width: number;
  /** What halves the resolution before the blocks: a convolution of 2×2 pixels behind a norm; `undefined`: nothing. */
  readonly downsampling: { readonly norm: Norm; readonly convolution: string } | undefined;
  readonly blocks: readonly ConvNextBlock[];
}

/** x + scale · contract(response(activation(expand(norm(depthwise(x)))))). */
export interface ConvNextBlock {
  readonly path: string;
  /** Convolution of each channel by itself. */
  readonly depthwise: string;
  readonly kernel: number;
  readonly norm: Norm;
  readonly expand: Linear;
  readonly hidden: number;
  readonly activation: PerceptronActivation;
  /** Global response normalisation; `undefined`: none. */
  readonly response: ResponseNorm | undefined;
  readonly contract: Linear;
  /** Tensor [width] (LayerScale); `undefined`: none. */
  readonly scale: string | undefined;
}

/** Tensors `PATH.weight` and `PATH.bias` of a global response normalisation. */
export interface ResponseNorm {
  readonly path: string;
  /** Whether they are stored [1, 1, 1, features] instead of [features]. */
  readonly spread: boolean;
}

/** Appends a ConvNeXt. */
export function buildConvNext(convnext: ConvNext, net: NetworkBuilder): void {
  const { channels, patches, patchSize, patchNorm, stages, classifier, classes } = convnext;
  const first = stages[0]!.width;
  const embedding = {
    path: patches,
    bias: true,
    channels,
    patchSize: [patchSize, patchSize] as const,
    width: first,
  };
  let planes = addPixelNorm(net, patchNorm, first, addPatchGrid(net, embedding, inputName));
  let width = first;
  for (const stage of stages) {
    planes = addStage(net, stage, width, planes);
    width = stage.width;
  }
  const pooled = net.op('GlobalAveragePool', [planes], {}, { name: 'pool' });
  const flat = net.op('Flatten', [pooled], { axis: 1 }, { name: 'flat' });
  const paths = classifier === undefined ? [] : [{ path: classifier, bias: true }];
  addClassifiers(net, paths, [width, classes], () => addNorm(net, convnext.lastNorm, width, flat));
}

function addStage(net: NetworkBuilder, stage: ConvNextStage, inputs: number, input: string): string {
  const { width, downsampling, blocks } = stage;
  let planes = input;
  if (downsampling) {
    const normed = addPixelNorm(net, downsampling.norm, inputs, input);
    const halving = { path: downsampling.convolution, bias: true, kernel: 2, stride: 2, padding: 0 };
    planes = addConvolution(net, halving, [inputs, width], normed);
  }
  for (const block of blocks) planes = addBlock(net, block, width, planes);
  return planes;
}

function addBlock(net: NetworkBuilder, block: ConvNextBlock, width: number, input: string): string {
  const { path, depthwise, kernel, hidden } = block;
  const spread = { path: depthwise, bias: true, kernel, groups: width };
  const pixels = toPixels(net, path, addConvolution(net, spread, [width, width], input));
  const expanded = addLinear(net, block.expand, [width, hidden], addNorm(net, block.norm, width, pixels));
  const active = addActivation(net, block.activation, expanded, `${path}.activation`);
  const normed = block.response ? addResponseNorm(net, block.response, hidden, active) : active;
  const made = addScale(net, block.scale, width, addLinear(net, block.contract, [hidden, width], normed));
  return net.op('Add', [input, toPlanes(net, path, made)], {}, { name: path });
}

/** A normalisation of each pixel over its channels, [batch, channels, height, width]. */
function addPixelNorm(net: NetworkBuilder, norm: Norm, width: number, input: string): string {
  return toPlanes(net, norm.path, addNorm(net, norm, width, toPixels(net, norm.path, input)));
}

/** [batch, channels, height, width] → [batch, height, width, channels]. */
function toPixels(net: NetworkBuilder, path: string, input: string): string {
  return net.op('Transpose', [input], { perm: [0, 2, 3, 1] }, { name: `${path}.pixels` });
}

/** [batch, height, width, channels] → [batch, channels, height, width]. */
function toPlanes(net: NetworkBuilder, path: string, input: string): string {
  return net.op('Transpose', [input], { perm: [0, 3, 1, 2] }, { name: `${path}.planes` });
}

/** x + bias + weight · x · n, where n is each feature's norm over all pixels, divided by the mean of these norms. */
function addResponseNorm(
  net: NetworkBuilder,
  { path, spread }: ResponseNorm,
  hidden: number,
  input: string,
): string {
  const shape = spread ? [1, 1, 1, hidden] : [hidden];
  const square = net.op('Mul', [input, input], {}, { name: `${path}.square` });
  const sum = net.op(
    'ReduceSum',
    [square, net.integers(`${path}.axes`, [1, 2])],
    {},
    { name: `${path}.sum` },
  );
  const length = net.op('Sqrt', [sum], {}, { name: `${path}.length` });
  const mean = net.op('ReduceMean', [length], { axes: [-1] }, { name: `${path}.mean` });
  const bounded = net.op('Add', [mean, net.scalar(`${path}.epsilon`, 1e-6)], {}, { name: `${path}.bounded` });
  const share = net.op('Div', [length, bounded], {}, { name: `${path}.share` });
  const scaled = net.op('Mul', [input, share], {}, { name: `${path}.scaled` });
  const weighted = net.op(
    'Mul',
    [scaled, net.weight(`${path}.weight`, shape)],
    {},
    { name: `${path}.weighted` },
  );
  const biased = net.op('Add', [weighted, net.weight(`${path}.bias`, shape)], {}, { name: `${path}.biased` });
  return net.op('Add', [input, biased], {}, { name: path });
}
