import { z } from 'zod';
import { addClassifiers, outputName } from '../checkpoints/classifiers.ts';
import { compareWithTensors } from '../checkpoints/cnn-config.ts';
import { addBatchNorm, addConvolution } from '../checkpoints/convolution.ts';
import { defineArchitecture, imageInput, inputName } from '../checkpoints/define-architecture.ts';
import { addLinear } from '../checkpoints/linear.ts';
import type { NetworkBuilder } from '../checkpoints/network-builder.ts';
import type { Report } from '../checkpoints/problem-line.ts';
import { shapeOf } from '../checkpoints/shape-of.ts';
import type { Tensor } from '../graph/tensor.ts';

/** What config.json of a hybrid network says. */
export const eventHybridConfig = z.object({
  /** Height and width of the sensor. */
  image_size: z.union([z.int().min(8), z.tuple([z.int().min(8), z.int().min(8)])]).default(34),
  /** Layers before the border, convolutions first, then hidden ones of the head; the others are analog. Default: all convolutions */
  border: z.int().min(0).optional(),
  /** Whether a convolution reads what all those before it in its stage have made. */
  dense: z.boolean().default(false),
  /** Steps after which the head answers. */
  interval: z.int().min(1).default(1),
  /** Length of a step. */
  step_milliseconds: z.number().positive().default(50),
  batch_norm_eps: z.number().positive().default(1e-5),
  num_classes: z.int().min(1).optional(),
  /** Pixels from cell to cell in each scale of a head of boxes. */
  strides: z.array(z.number().positive()).optional(),
});

/** A convolution with what normalises it: `layers.STAGE.PLACE.conv` and `layers.STAGE.PLACE.norm`. */
interface Layer {
  readonly path: string;
  readonly inputs: number;
  readonly outputs: number;
}

/** What the builder needs to know of a network. */
interface EventHybrid {
  readonly inputShape: readonly [number, number, number];
  /** The first convolution of each stage halves height and width. */
  readonly stages: readonly (readonly Layer[])[];
  readonly border: number;
  readonly dense: boolean;
  readonly epsilon: number;
  /** Features before and behind each linear layer of a head of classes. */
  readonly head: readonly (readonly [number, number])[];
  /** Channels before and behind the 1×1 convolution of each scale of a head of boxes; none where it tells classes. */
  readonly boxes: readonly (readonly [number, number])[];
}

/** Number of scales of a head of boxes: it reads the ends of so many last stages. */
const scales = 2;

/** Pixels from cell to cell in each scale of a head of boxes. */
export function stridesOfBoxes(stages: number): number[] {
  return Array.from({ length: scales }, (_, i) => 2 ** (stages - scales + i + 1));
}

/** Name of the operator between spiking and analog part, which passes on what it is given. */
export const borderName = 'border';

/** Name of the constant that holds the leak of a layer. */
export function leakOf(path: string): string {
  return `${path}.leak`;
}

/** Path of the neurons of a hidden layer of the head. */
export function hiddenNeurons(place: number): string {
  return `head.${place}.neurons`;
}

/** How the names of activations end in whose place neurons stand. */
export const spikesSuffix = '.spikes';

/**
 * A hybrid network for frames of events [2, height, width], as it is without time: convolutions with batch normalisation, clipped at 0 and 1
 * (mean spikes of a neuron) before the border and rectified behind it, then linear layers with ReLU between, or, for boxes, a 1×1 convolution at the end of
 * each of the last two stages: [K, 4 + classes] for the cells of both, as the detection head `cells` reads them. The leaks λ of the neurons before the border,
 * `layers.STAGE.PLACE.leak` [], are constants that no operator reads: they are there for the spiking form.
 */
export const eventHybrid = defineArchitecture<z.infer<typeof eventHybridConfig>, EventHybrid>({
  name: 'event-hybrid',
  description:
    'spiking convolutions and an analog head for frames of events (layers.0.0.conv.weight … head.0.weight or boxes.1.weight)',
  matches: (_config, names) =>
    names.has('layers.0.0.conv.weight') && (names.has('head.0.weight') || names.has('boxes.0.weight')),
  config: eventHybridConfig,
  parse,
  inputs: ({ inputShape }) => imageInput(inputShape),
  outputShape: ({ inputShape: [, height, width], stages, head, boxes }) => {
    if (boxes.length === 0) return [head.at(-1)?.[1] ?? 1];
    const cells = stridesOfBoxes(stages.length).map(
      (each) => Math.ceil(height / each) * Math.ceil(width / each),
    );
    return [cells.reduce((sum, each) => sum + each), boxes[0]?.[1] ?? 1];
  },
  build,
});

function parse(
  given: z.infer<typeof eventHybridConfig>,
  tensors: ReadonlyMap<string, Tensor>,
  report: Report,
): EventHybrid {
  const stages = countFrom((stage) => `layers.${stage}.0.conv.weight`, tensors).map((stage) =>
    countFrom((place) => `layers.${stage}.${place}.conv.weight`, tensors).map((place): Layer => {
      const path = `layers.${stage}.${place}`;
      const [outputs = 1, inputs = 1] = shapeOf(tensors, `${path}.conv.weight`, 4, report);
      return { path, inputs, outputs };
    }),
  );
  const head = countFrom((place) => `head.${place}.weight`, tensors).map((place): [number, number] => {
    const [outputs = 1, inputs = 1] = shapeOf(tensors, `head.${place}.weight`, 2, report);
    return [inputs, outputs];
  });
  const boxes = countFrom((place) => `boxes.${place}.weight`, tensors).map((place): [number, number] => {
    const [outputs = 1, inputs = 1] = shapeOf(tensors, `boxes.${place}.weight`, 4, report);
    return [inputs, outputs];
  });
  const classes = boxes[0] ? boxes[0][1] - 4 : (head.at(-1)?.[1] ?? 1);
  compareWithTensors({ num_classes: { is: given.num_classes, found: classes } }, report);
  const border = given.border ?? stages.flat().length;
  if (boxes.length > 0) requireScales(stages, boxes, border, report);
  const size = given.image_size;
  const [height, width] = typeof size === 'number' ? [size, size] : size;
  return {
    inputShape: [stages[0]?.[0]?.inputs ?? 1, height, width],
    stages,
    border,
    dense: given.dense,
    epsilon: given.batch_norm_eps,
    head,
    boxes,
  };
}

/** Both scales of a head of boxes stand behind the border. */
function requireScales(
  stages: EventHybrid['stages'],
  boxes: EventHybrid['boxes'],
  border: number,
  report: Report,
): void {
  const before = stages.slice(0, -1).flat().length;
  if (stages.length < scales || boxes.length !== scales) {
    report({
      where: 'boxes',
      expected: `${scales} scales at the ends of as many stages`,
      got: `${boxes.length} scales and ${stages.length} stages`,
      remedy: 'Give the files of one training',
    });
  } else if (border > before) {
    report({
      where: 'border',
      expected: `at most ${before}, since both scales of the boxes are analog`,
      got: `${border}`,
      remedy: 'Give the files of one training',
    });
  }
}

/** 0, 1, 2… as long as there is a tensor of that name. */
function countFrom(nameOf: (i: number) => string, tensors: ReadonlyMap<string, Tensor>): number[] {
  const found: number[] = [];
  while (tensors.has(nameOf(found.length))) found.push(found.length);
  return found;
}

function build({ stages, border, dense, epsilon, head, boxes }: EventHybrid, net: NetworkBuilder): void {
  const atBorder = (value: string, place: number) =>
    place === border ? net.op('Identity', [value], {}, { name: borderName }) : value;
  const answering = (drive: string, place: number, path: string) => {
    if (place >= border) return rectified(net, drive, path);
    net.weight(leakOf(path), []);
    return clipped(net, drive, path);
  };
  let value = atBorder(inputName, 0);
  let place = 0;
  const ends: string[] = [];
  for (const layers of stages) {
    const made: string[] = [];
    for (const [i, { path, inputs, outputs }] of layers.entries()) {
      const convolution = { path: `${path}.conv`, bias: false, kernel: 3, stride: i === 0 ? 2 : 1 };
      const drive = addConvolution(net, convolution, [inputs, outputs], value);
      const normed = addBatchNorm(net, { path: `${path}.norm`, epsilon }, outputs, drive);
      made.push(answering(normed, place, path));
      place++;
      value = atBorder(joined(net, dense ? made : made.slice(-1), path), place);
    }
    ends.push(value);
  }
  if (boxes.length > 0) {
    addBoxes(net, boxes, ends.slice(-scales));
    return;
  }
  value = net.op('Flatten', [value], { axis: 1 }, { name: 'head.flat' });
  for (const [i, size] of head.slice(0, -1).entries()) {
    const drive = addLinear(net, { path: `head.${i}`, bias: true }, size, value);
    value = atBorder(answering(drive, place, place < border ? hiddenNeurons(i) : `head.${i}`), place + 1);
    place++;
  }
  addClassifiers(net, [{ path: `head.${head.length - 1}`, bias: true }], head.at(-1) ?? [1, 1], () => value);
}

function clipped(net: NetworkBuilder, drive: string, path: string): string {
  const limits = [net.scalar(`${path}.silent`, 0), net.scalar(`${path}.always`, 1)];
  return net.op('Clip', [drive, ...limits], {}, { name: `${path}${spikesSuffix}` });
}

function rectified(net: NetworkBuilder, drive: string, path: string): string {
  return net.op('Relu', [drive], {}, { name: `${path}.relu` });
}

function joined(net: NetworkBuilder, values: readonly string[], path: string): string {
  const [only, ...others] = values;
  if (only !== undefined && others.length === 0) return only;
  return net.op('Concat', values, { axis: 1 }, { name: `${path}.joined` });
}

/** Rows of numbers for each cell of all scales, row by row: [N, K, 4 + classes]. */
function addBoxes(net: NetworkBuilder, boxes: EventHybrid['boxes'], ends: readonly string[]): void {
  const rows = ends.map((value, i) => {
    const path = `boxes.${i}`;
    const [inputs, outputs] = boxes[i] ?? [1, 1];
    const cells = addConvolution(net, { path, bias: true, kernel: 1 }, [inputs, outputs], value);
    const shape = net.integers(`${path}.shape`, [0, outputs, -1]);
    const flat = net.op('Reshape', [cells, shape], {}, { name: `${path}.flat` });
    return net.op('Transpose', [flat], { perm: [0, 2, 1] }, { name: `${path}.rows` });
  });
  net.op('Concat', rows, { axis: 1 }, { name: outputName });
}
