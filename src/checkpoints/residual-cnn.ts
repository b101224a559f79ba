import { addClassifiers } from './classifiers.ts';
import { addLayers, type CnnLayer, type FeatureMap } from './cnn-layers.ts';
import { inputName } from './define-architecture.ts';
import type { NetworkBuilder } from './network-builder.ts';
import { addActivation, type PerceptronActivation } from './perceptron-activation.ts';

/** A convolutional network of residual blocks, whoever named its tensors. */
export interface ResidualCnn {
  readonly channels: number;
  readonly imageSize: readonly [number, number];
  readonly stem: readonly CnnLayer[];
  readonly blocks: readonly ResidualCnnBlock[];
  /** Layers behind the blocks, before the mean of all pixels. Default: none */
  readonly head?: readonly CnnLayer[];
  /** Layers behind that mean. Default: none */
  readonly pooledHead?: readonly CnnLayer[];
  /** Path of the classifier; `undefined`: none. */
  readonly classifier: string | undefined;
  /** Number of classes, or of features without a classifier. */
  readonly classes: number;
}

/** Layers with something beside them: activation(layers(x) + shortcut(x)). */
export interface ResidualCnnBlock {
  readonly path: string;
  readonly layers: readonly CnnLayer[];
  /** Layers of the shortcut, empty if it adds the input as it is; `undefined`: no shortcut. */
  readonly shortcut: readonly CnnLayer[] | undefined;
  /** Default: none */
  readonly activation?: PerceptronActivation;
}

/** Appends a residual convolutional network. */
export function buildResidualCnn(cnn: ResidualCnn, net: NetworkBuilder): void {
  const { channels, imageSize, classifier, classes, head = [], pooledHead = [] } = cnn;
  let map: FeatureMap = { value: inputName, channels, size: imageSize };
  map = addLayers(net, cnn.stem, map);
  for (const block of cnn.blocks) map = addBlock(net, block, map);
  map = addLayers(net, head, map);
  const value = net.op('GlobalAveragePool', [map.value], {}, { name: 'pool' });
  map = addLayers(net, pooledHead, { ...map, value, size: [1, 1] });
  const flat = net.op('Flatten', [map.value], { axis: 1 }, { name: 'flat' });
  const paths = classifier === undefined ? [] : [{ path: classifier, bias: true }];
  addClassifiers(net, paths, [map.channels, classes], () => flat);
}

function addBlock(net: NetworkBuilder, block: ResidualCnnBlock, input: FeatureMap): FeatureMap {
  const { path, layers, shortcut, activation } = block;
  const made = addLayers(net, layers, input);
  if (!shortcut) return made;
  const beside = addLayers(net, shortcut, input);
  const sum = net.op('Add', [made.value, beside.value], {}, { name: `${path}.sum` });
  return { ...made, value: activation ? addActivation(net, activation, sum, path) : sum };
}
