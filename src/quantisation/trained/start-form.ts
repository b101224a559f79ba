import { channelFlow } from '../../analysis/channel-flow.ts';
import type { Graph } from '../../graph/graph.ts';
import type { Model } from '../../graph/model.ts';
import { Tensor } from '../../graph/tensor.ts';
import { lookUp } from '../../look-up.ts';
import { widenChannels } from '../../passes/widen-channels.ts';
import { Random } from '../../random.ts';
import { type NetworkBits, quantisedLayers } from './quantised-layers.ts';
import { boundName } from './trained-form.ts';

/** What a network in few bits starts from. */
export interface StartOptions {
  readonly bits: NetworkBits;
  /** How many times as many channels, ≥ 1. */
  readonly widen: number;
  /** Largest activation of each ReLU, by its name. */
  readonly bounds: ReadonlyMap<string, number>;
  /** Deviation of what is added to copied weights, in units of their own deviation. */
  readonly noise: number;
  readonly seed: number;
}

/**
 * A copy of a network, widened by copies that a training can tell apart: copy k of r is moved by δ·((r + 1)/2 − k)/r in front of its
 * ReLU, where δ is one step of the levels, so that r copies of b bits together have the levels of r·(2^b − 1) steps (thermometer), and
 * weights get some noise.
 */
export function startForm(source: Model, { bits, widen, bounds, noise, seed }: StartOptions): Model {
  const model = source.clone();
  const { graph } = model;
  const relus = graph.nodes.filter(({ opType }) => opType === 'Relu');
  for (const relu of relus) {
    const bound = lookUp(bounds, relu.name, 'largest activation');
    graph.setInitializer(boundName(relu), Tensor.float32([], [bound]));
  }
  if (widen === 1) return model;
  const { groups, groupOf } = channelFlow(graph);
  const narrow = new Map(
    relus.map(({ name, outputs }) => [name, groups[groupOf.get(outputs[0] ?? '') ?? -1]]),
  );
  widenChannels(model, widen);
  const levels = 2 ** bits.activations - 1;
  for (const { name, inputs } of relus) {
    const step = lookUp(bounds, name, 'largest activation') / levels;
    moveCopies(graph, inputs[0] ?? '', narrow.get(name)?.channels ?? 1, step);
  }
  addNoise(graph, bits, noise, seed);
  return model;
}

/** Adds its offset to each copy of a channel in the batch normalisation that leads to a value. */
function moveCopies(graph: Graph, value: string, channels: number, step: number): void {
  const producer = graph.producerOf(value);
  if (producer?.opType === 'Add' || producer?.opType === 'Sum') {
    const normed = producer.inputs.find((name) => graph.producerOf(name)?.opType === 'BatchNormalization');
    if (normed !== undefined) moveCopies(graph, normed, channels, step);
  }
  if (producer?.opType !== 'BatchNormalization') return;
  const shift = producer.inputs[2] ?? '';
  const numbers = lookUp(graph.initializers, shift, 'shift').toFloat32();
  const copies = (channel: number) => Math.ceil((numbers.length - channel) / channels);
  const moved = numbers.map((beta, i) => {
    const r = copies(i % channels);
    return beta + (step * ((r - 1) / 2 - Math.floor(i / channels))) / r;
  });
  graph.setInitializer(shift, Tensor.float32([numbers.length], moved));
}

function addNoise(graph: Graph, bits: NetworkBits, noise: number, seed: number): void {
  for (const [i, { weight }] of quantisedLayers(graph, bits).entries()) {
    const random = new Random(seed, 5, i);
    const { shape, numbers } = numbersOf(graph, weight);
    const deviation = Math.sqrt(numbers.reduce((sum, x) => sum + x * x, 0) / numbers.length);
    const noisy = numbers.map((x) => x + noise * deviation * random.normal());
    graph.setInitializer(weight, Tensor.float32(shape, noisy));
  }
}

function numbersOf(graph: Graph, name: string) {
  const tensor = lookUp(graph.initializers, name, 'weight');
  return { shape: tensor.shape, numbers: tensor.toFloat32() };
}
