import { GraphError } from '../errors.ts';
import { definePass } from '../graph/define-pass.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { Model } from '../graph/model.ts';
import { Tensor } from '../graph/tensor.ts';
import type { Quantiser } from '../quantisers/quantiser.ts';
import type { QuantisedWeights } from '../quantisers/weight-quantiser.ts';

/** Whole numbers of an activation. */
export interface ActivationCodes extends Quantiser {
  /** The largest of them. Default: 2^bits − 1 */
  readonly highest?: number;
}

/** What of a network is whole numbers. */
export interface QuantisedParts {
  /** Weights in whole numbers by the value that operators read. */
  readonly weights: ReadonlyMap<string, QuantisedWeights>;
  /** How activations, inputs among them, are rounded, by value; each is rounded behind the operator that makes it, for all who read it. */
  readonly activations: ReadonlyMap<string, ActivationCodes>;
}

/** Oldest operator set that has scales by channel. */
const oldestOpset = 13;

/**
 * The network in QDQ form, the standard ONNX form of quantised networks: weights are int8 codes behind a DequantizeLinear, with one scale or
 * one a channel, and activations pass a QuantizeLinear to uint8 and a DequantizeLinear. Activations that do not go up to 255
 * are clipped to their range before, since the type has more: q = round(clip(x, lowest, highest)/scale) + zeroPoint, halves to even.
 *
 * @param source a network of numbers; values that are outputs of the network stay as they are
 * @returns a copy; biases stay float32
 * @throws GraphError for operators older than opset 13, or values that the network does not have
 */
export const toQdq = definePass({
  name: 'to-qdq',
  summary: 'Weights and activations become whole numbers between QuantizeLinear and DequantizeLinear.',
  rewrites: 'copy',
  apply(source: Model, { weights, activations }: QuantisedParts): Model {
    requireForm(source, [...weights.keys(), ...activations.keys()]);
    const model = source.clone();
    for (const [value, quantiser] of activations) roundActivation(model, value, quantiser);
    for (const [value, codes] of weights) takeCodes(model, value, codes);
    model.graph.removeDeadNodes();
    return model;
  },
});

function requireForm({ graph, opset }: Model, values: readonly string[]): void {
  const where = `QDQ form of '${graph.name}'`;
  const unknown = values.filter((value) => !graph.has(value));
  if (unknown.length > 0) {
    throw new GraphError({
      where,
      expected: 'values of the network',
      got: unknown.map((value) => `'${value}'`).join(', '),
      remedy: 'Quantise weights and activations that the network has',
    });
  }
  if (opset >= oldestOpset) return;
  throw new GraphError({
    where,
    expected: `operators of opset ${oldestOpset} or newer`,
    got: `opset ${opset}`,
    remedy: 'Export the network with a newer opset',
  });
}

function roundActivation({ graph }: Model, value: string, codes: ActivationCodes): void {
  const { bits, scale, zeroPoint, highest = 2 ** bits - 1 } = codes;
  const readers = new Set(graph.consumersOf(value));
  const build = GraphBuilder.behind(graph, value, `${value}.`);
  const pair = [
    build.scalar('scale', scale),
    build.constant('zero', Tensor.of('uint8', [], Uint8Array.of(zeroPoint))),
  ];
  const clipped = highest < 255 ? clip(build, value, [-zeroPoint, highest - zeroPoint], scale) : value;
  const whole = build.op('QuantizeLinear', [clipped, ...pair], {}, { name: 'quantised' });
  const read = build.op('DequantizeLinear', [whole, ...pair], {}, { name: 'dequantised' });
  const others = graph.consumersOf(value).filter((reader) => !readers.has(reader));
  graph.redirectConsumers(value, read, new Set(others));
}

function clip(
  build: GraphBuilder,
  value: string,
  [lowest, highest]: readonly [number, number],
  scale: number,
): string {
  const bounds = [build.scalar('lowest', lowest * scale), build.scalar('highest', highest * scale)];
  return build.op('Clip', [value, ...bounds], {}, { name: 'clipped' });
}

function takeCodes({ graph }: Model, value: string, { codes, scales }: QuantisedWeights): void {
  const build = GraphBuilder.behind(graph, value, `${value}.`);
  const axis = scales.shape.findIndex((length) => length > 1);
  const lengths = axis < 0 ? [] : [scales.size];
  const inputs = [
    build.constant('codes', codes),
    build.constant('scales', Tensor.float32(lengths, scales.toFloat32())),
    build.constant('zeros', Tensor.of('int8', lengths, new Int8Array(scales.size))),
  ];
  const attributes = axis < 0 ? {} : { axis };
  const numbers = build.op('DequantizeLinear', inputs, attributes, { name: 'dequantised' });
  graph.redirectConsumers(value, numbers);
}
