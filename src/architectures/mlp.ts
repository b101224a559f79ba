import { z } from 'zod';
import { outputName } from '../checkpoints/classifiers.ts';
import { compareWithTensors } from '../checkpoints/cnn-config.ts';
import { defineArchitecture, imageInput, inputName } from '../checkpoints/define-architecture.ts';
import { addLinear } from '../checkpoints/linear.ts';
import type { NetworkBuilder } from '../checkpoints/network-builder.ts';
import type { Report } from '../checkpoints/problem-line.ts';
import { shapeOf } from '../checkpoints/shape-of.ts';
import type { Tensor } from '../graph/tensor.ts';

const config = z.object({
  /** Height and width of the picture in pixels. */
  image_size: z.int().min(1).optional(),
  channels: z.int().min(1).default(1),
  num_classes: z.int().min(1).optional(),
});

/** What the builder needs to know of a perceptron. */
interface Perceptron {
  readonly inputShape: readonly [number, number, number];
  /** Numbers of features: of the picture, behind each layer, and of classes. */
  readonly widths: readonly number[];
  readonly biases: readonly boolean[];
}

/** Perceptrons of any depth: the picture as one row, linear layers `layers.I` with ReLU between, the last one gives the logits. */
export const mlp = defineArchitecture<z.infer<typeof config>, Perceptron>({
  name: 'mlp',
  description: 'perceptron of linear layers with ReLU between (layers.0.weight, layers.1.weight…)',
  matches: (_config, names) =>
    names.has('layers.0.weight') && [...names].every((name) => /^layers\.\d+\.(weight|bias)$/.test(name)),
  config,
  parse,
  inputs: ({ inputShape }) => imageInput(inputShape),
  outputShape: ({ widths }) => [widths.at(-1) ?? 1],
  build,
});

function parse(
  given: z.infer<typeof config>,
  tensors: ReadonlyMap<string, Tensor>,
  report: Report,
): Perceptron {
  const count = [...tensors.keys()].filter((name) => name.endsWith('.weight')).length;
  const paths = Array.from({ length: count }, (_, i) => `layers.${i}`);
  const shapes = paths.map((path) => shapeOf(tensors, `${path}.weight`, 2, report));
  const features = shapes[0]?.[1] ?? 1;
  const widths = [features, ...shapes.map(([outputs = 1]) => outputs)];
  compareWithTensors({ num_classes: { is: given.num_classes, found: widths.at(-1) ?? 1 } }, report);
  const side = Math.sqrt(features / given.channels);
  const size = given.image_size ?? side;
  if (given.channels * size * size !== features) {
    report({
      where: "'image_size', 'channels'",
      expected: `pictures of ${features} numbers, as 'layers.0.weight' reads them`,
      got: `${given.channels} × ${size} × ${size}`,
      remedy: 'Use the config.json that belongs to the weights',
    });
  }
  return {
    inputShape: [given.channels, size, size],
    widths,
    biases: paths.map((path) => tensors.has(`${path}.bias`)),
  };
}

function build({ widths, biases }: Perceptron, net: NetworkBuilder): void {
  let value = net.op('Flatten', [inputName], { axis: 1 }, { name: 'flat' });
  for (const [i, bias] of biases.entries()) {
    const path = `layers.${i}`;
    const last = i === biases.length - 1;
    const size = [widths[i] ?? 1, widths[i + 1] ?? 1] as const;
    value = addLinear(net, { path, bias }, size, value, last ? outputName : undefined);
    if (!last) value = net.op('Relu', [value], {}, { name: `${path}.relu` });
  }
}
