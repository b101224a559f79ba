import { constantTensor } from '../../analysis/constant-tensor.ts';
import type { Model } from '../../graph/model.ts';
import { floatAttribute, type Node, node } from '../../graph/node.ts';
import { Tensor } from '../../graph/tensor.ts';
import { lookUp } from '../../look-up.ts';
import { foldBatchNorm } from '../../passes/fold-batch-norm.ts';
import type { Quantiser } from '../../quantisers/quantiser.ts';
import { dequantise, type QuantisedWeights } from '../../quantisers/weight-quantiser.ts';
import { toQdq } from '../to-qdq.ts';
import { type NetworkBits, quantisedLayers } from './quantised-layers.ts';
import { boundName } from './trained-form.ts';
import { weightForm } from './weight-form.ts';

/**
 * A trained network in few bits as it is written: in QDQ form, with batch normalisation in the scales of the codes and in biases.
 *
 * @param network with trained weights, statistics and bounds as constants; it is not changed
 */
export function writtenForm(network: Model, bits: NetworkBits): Model {
  const model = network.clone();
  const { graph } = model;
  const codes = new Map<string, QuantisedWeights>();
  for (const { operator, weight, axis, bits: own } of quantisedLayers(graph, bits)) {
    const few = weightForm(own).quantise(lookUp(graph.initializers, weight, 'weight'), axis);
    codes.set(operator.name, { ...few, scales: byChannel(few, axis) });
    graph.setInitializer(weight, dequantise(few));
  }
  const levels = 2 ** bits.activations - 1;
  const activations = new Map<string, Quantiser>();
  for (const relu of graph.nodes.filter(({ opType }) => opType === 'Relu')) {
    const bound = lookUp(graph.initializers, boundName(relu), 'bound').toNumber();
    activations.set(relu.outputs[0] ?? '', { bits: bits.activations, scale: bound / levels, zeroPoint: 0 });
  }
  foldBatchNorm(model);
  const weights = new Map<string, QuantisedWeights>();
  for (const { name, inputs } of graph.nodes) {
    const few = codes.get(name);
    const folded = constantTensor(graph, inputs[1] ?? '');
    if (few && folded) weights.set(inputs[1] ?? '', rescaled(few, folded));
  }
  for (const { operator } of quantisedLayers(graph, bits)) addBiasBehind(model, operator);
  return toQdq(model, { weights, activations });
}

/**
 * Takes the bias out of a product and adds it behind: runtimes that compute products in whole numbers round a bias to whole steps of weight times
 * activation, which in few bits are large.
 */
function addBiasBehind({ graph }: Model, operator: Node): void {
  const bias = operator.inputs[2] ?? '';
  const numbers = graph.initializers.get(bias)?.toFloat32();
  if (!numbers || floatAttribute(operator, 'beta', 1) !== 1) return;
  const output = operator.outputs[0] ?? '';
  const product = graph.freshName(`${output}.product`);
  // Behind the channels an output has as many axes as its kernel.
  const area = constantTensor(graph, operator.inputs[1] ?? '')?.shape.slice(2) ?? [];
  const shape = [numbers.length, ...area.map(() => 1)];
  const name = graph.addInitializer(`${output}.bias`, Tensor.float32(shape, numbers));
  graph.update(operator, { inputs: operator.inputs.slice(0, 2), outputs: [product] });
  graph.insertAfter(operator, node('Add', [product, name], [output], {}, { name: `${output}.biased` }));
}

/** One scale for each output channel. */
function byChannel({ codes, scales }: QuantisedWeights, axis: number): Tensor {
  const shape = codes.shape.map((length, i) => (i === axis ? length : 1));
  const numbers = scales.toFloat32();
  const size = codes.shape[axis] ?? 1;
  return Tensor.float32(shape, numbers.length === 1 ? new Float32Array(size).fill(numbers[0] ?? 1) : numbers);
}

/** The same codes for weights that are multiplied by a number a channel, which may be negative. */
function rescaled({ bits, codes, scales }: QuantisedWeights, folded: Tensor): QuantisedWeights {
  const axis = scales.shape.findIndex((length) => length > 1);
  const channels = scales.size;
  const inner = codes.shape.slice(axis + 1).reduce((size, length) => size * length, 1);
  const [numbers, made] = [codes.toNumbers(), folded.toFloat32()];
  const units = new Float32Array(channels);
  for (const [i, code] of numbers.entries()) {
    const channel = axis < 0 ? 0 : Math.floor(i / inner) % channels;
    if (code !== 0 && units[channel] === 0) units[channel] = (made[i] ?? 0) / code;
  }
  const signed = numbers.map((code, i) => {
    const unit = units[axis < 0 ? 0 : Math.floor(i / inner) % channels] ?? 0;
    return unit < 0 ? -code : unit === 0 ? 0 : code;
  });
  return {
    bits,
    codes: Tensor.of('int8', codes.shape, Int8Array.from(signed)),
    scales: Tensor.float32(
      scales.shape,
      units.map((unit) => Math.abs(unit) || 1),
    ),
  };
}
