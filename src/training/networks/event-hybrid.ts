import { z } from 'zod';
import {
  borderName,
  eventHybrid,
  hiddenNeurons,
  leakOf,
  stridesOfBoxes,
} from '../../architectures/event-hybrid.ts';
import { Tensor } from '../../graph/tensor.ts';
import { hybridNeurons } from '../../hybrid/hybrid-neurons.ts';
import { leakyIntegrateAndFire } from '../../neurons/leaky-integrate-and-fire.ts';
import type { Random } from '../../random.ts';
import { appendSpikeLimit } from '../spiking/append-spike-limit.ts';
import { unrollIntervals } from '../spiking/unroll-intervals.ts';
import { defineNetwork, type NetworkShape } from './define-network.ts';
import { filledTensor, glorotTensor, normalTensor } from './random-tensors.ts';

const settings = z
  .strictObject({
    kind: z.literal('event-hybrid'),
    /** What it tells: the class of the whole sample, or boxes of objects with their classes, from the ends of the last two stages. */
    tells: z.enum(['class', 'boxes']).default('class'),
    /** Channels of each 3×3 convolution, stage by stage; the first of a stage halves height and width. */
    stages: z
      .array(z.array(z.int().positive()).nonempty())
      .nonempty()
      .default([[16], [32], [64]]),
    /** Whether a convolution reads the spikes of all those before it in its stage (dense connections). */
    dense: z.boolean().default(false),
    /**
     * Layers before the border, which spike: convolutions first, then hidden layers of the head. Those behind it answer once an interval. 0: an analog
     * network. Default: all convolutions, or for boxes all before the last two stages end
     */
    border: z.int().min(0).optional(),
    /** Neurons of each hidden linear layer of the head of classes. */
    hidden: z.array(z.int().positive()).default([96]),
    /** Steps of an interval, after which the head answers and the accumulator starts anew. */
    interval: z.int().positive().default(4),
    /** Length of a step in the data, which the network keeps for recordings. */
    milliseconds: z.number().positive().default(50),
    /** Leak λ of all spiking layers before training. */
    leak: z.number().min(0.01).max(1).default(0.9),
    /** Height γ of the surrogate slope γ·max(0, 1 − |u/θ − 1|). */
    slope: z.number().positive().default(1),
    /** What training pays for more spikes a neuron and step than the `rate` of its layer; a number stands for all layers. */
    spikes: z
      .strictObject({
        rate: z.union([z.number().min(0), z.array(z.number().min(0)).nonempty()]).default(0.03),
        weight: z.number().min(0).default(0),
      })
      .prefault({}),
  })
  .check(({ value: { tells, stages, border = 0 }, issues, value }) => {
    const before = stages.slice(0, -1).flat().length;
    if (tells === 'class' || (stages.length > 1 && border <= before)) return;
    issues.push({
      code: 'custom',
      path: ['border'],
      message: `expected two stages at least and a border of at most ${before}, since the scales of boxes are analog, got ${stages.length} and ${border}`,
      input: value,
    });
  });

/** Logit of a probability of 1 %, which classes of cells begin with (Lin et al.: Focal Loss, ICCV 2017, arXiv:1708.02002). */
const rareLogit = -Math.log(99);

type Settings = z.infer<typeof settings>;

/**
 * A hybrid network for events: a spiking backbone (3×3 convolutions, batch normalisation whose statistics run over samples and steps,
 * leaky integrate-and-fire neurons with trained leaks), the mean of its spikes over each interval, and an analog head.
 *
 * Kugele, Pfeil, Pfeiffer, Chicca: Hybrid SNN-ANN, GCPR 2021, arXiv:2112.03423. Differs from the paper: layer tables, surrogate and settings of the
 * training are ours, since the paper's are not published as code.
 */
export const eventHybridNetwork = defineNetwork<Settings>({
  name: 'event-hybrid',
  summary: 'spiking convolutions and an analog head for frames of events, on data such as event-glyphs:train',
  settings,
  architecture: eventHybrid,
  overTime: {
    interval: ({ interval }) => interval,
    strides: ({ tells, stages }) => (tells === 'boxes' ? stridesOfBoxes(stages.length) : undefined),
    layOut(model, { interval, slope, spikes }, { steps, batchSize }) {
      const surrogate = { kind: 'linear', height: slope } as const;
      const options = { border: borderName, steps, interval, batchSize, surrogate };
      const sites = unrollIntervals(model, hybridNeurons(model), options);
      if (spikes.weight === 0 || sites.length === 0) return {};
      return { penalty: appendSpikeLimit(model, sites, spikes) };
    },
  },
  initialise(network, shape, random) {
    const { dense, interval, milliseconds } = network;
    return {
      tensors: initialTensors(network, shape, random),
      config: {
        architecture: 'event-hybrid',
        num_classes: shape.classes,
        image_size: [shape.height, shape.width],
        border: borderOf(network),
        dense,
        interval,
        ...(network.tells === 'boxes' && { strides: stridesOfBoxes(network.stages.length) }),
        step_milliseconds: milliseconds,
        batch_norm_eps: 1e-5,
      },
      decays: (_name, { length }) => length > 1,
      rangeOf: (name) => (name.endsWith('.leak') ? leakyIntegrateAndFire.learning?.ranges.leak : undefined),
    };
  },
});

function initialTensors(network: Settings, shape: NetworkShape, random: Random): Map<string, Tensor> {
  const { tells, stages, dense, leak } = network;
  const border = borderOf(network);
  const tensors = new Map<string, Tensor>();
  let [inputs, height, width] = [shape.channels, shape.height, shape.width];
  let place = 0;
  const ends: number[] = [];
  for (const [stage, widths] of stages.entries()) {
    let made = 0;
    for (const [i, outputs] of widths.entries()) {
      const path = `layers.${stage}.${i}`;
      addLayer(tensors, path, [inputs, outputs], random);
      if (place < border) tensors.set(leakOf(path), filledTensor([], leak));
      made = dense ? made + outputs : outputs;
      inputs = made;
      place++;
    }
    [height, width] = [Math.ceil(height / 2), Math.ceil(width / 2)];
    ends.push(inputs);
  }
  if (tells === 'boxes') addBoxes(tensors, ends.slice(-2), shape.classes, random);
  else
    addHead(
      tensors,
      { ...network, border: border - place, inputs: inputs * height * width },
      shape.classes,
      random,
    );
  return tensors;
}

/** Layers before the border. */
function borderOf({ tells, stages, border, hidden }: Settings): number {
  const layers = stages.flat().length;
  if (tells === 'boxes') return border ?? stages.slice(0, -1).flat().length;
  return Math.min(border ?? layers, layers + hidden.length);
}

/** @param border hidden layers that spike */
function addHead(
  tensors: Map<string, Tensor>,
  {
    hidden,
    leak,
    border,
    inputs,
  }: {
    readonly hidden: readonly number[];
    readonly leak: number;
    readonly border: number;
    readonly inputs: number;
  },
  classes: number,
  random: Random,
): void {
  const sizes = [inputs, ...hidden, classes];
  for (const [i, outputs] of sizes.slice(1).entries()) {
    tensors.set(`head.${i}.weight`, glorotTensor([outputs, sizes[i] ?? 1], random));
    tensors.set(`head.${i}.bias`, filledTensor([outputs], 0));
    if (i < border) tensors.set(leakOf(hiddenNeurons(i)), filledTensor([], leak));
  }
}

/** At first all boxes are two cells wide and high, and hardly anything is there. */
function addBoxes(
  tensors: Map<string, Tensor>,
  ends: readonly number[],
  classes: number,
  random: Random,
): void {
  for (const [i, inputs] of ends.entries()) {
    const outputs = 4 + classes;
    tensors.set(`boxes.${i}.weight`, normalTensor([outputs, inputs, 1, 1], 0.01, random));
    const start = Array.from({ length: outputs }, (_, k) => (k < 4 ? 1 : rareLogit));
    tensors.set(`boxes.${i}.bias`, Tensor.float32([outputs], start));
  }
}

function addLayer(
  tensors: Map<string, Tensor>,
  path: string,
  [inputs, outputs]: readonly [number, number],
  random: Random,
): void {
  const deviation = Math.sqrt(2 / (9 * inputs));
  tensors.set(`${path}.conv.weight`, normalTensor([outputs, inputs, 3, 3], deviation, random));
  const starts = { weight: 1, bias: 0, running_mean: 0, running_var: 1 };
  for (const [part, value] of Object.entries(starts)) {
    tensors.set(`${path}.norm.${part}`, filledTensor([outputs], value));
  }
}
