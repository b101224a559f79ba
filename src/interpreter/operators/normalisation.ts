import { describeNode, floatAttribute, intAttribute, type Node } from '../../graph/node.ts';
import { sizeOf } from '../../graph/shape.ts';
import { broadcastBinary, type NdArray, ndArray } from '../nd-array.ts';
import { axisOf, describeShapes, inputAt, operatorError } from './arguments.ts';
import type { Operator, OperatorFamily } from './operator.ts';

interface Moments {
  readonly mean: number;
  readonly inverseDeviation: number;
}

/** Mean and 1/√(variance + ε) of a stretch of numbers, in two passes. */
function momentsOf(values: Float64Array, epsilon: number): Moments {
  let sum = 0;
  for (const x of values) sum += x;
  const mean = sum / values.length;
  let squares = 0;
  for (const x of values) squares += (x - mean) * (x - mean);
  return { mean, inverseDeviation: 1 / Math.sqrt(squares / values.length + epsilon) };
}

/** 1/√(mean square + ε), with the mean left where it is. */
function rootMeanSquareOf(values: Float64Array, epsilon: number): Moments {
  let squares = 0;
  for (const x of values) squares += x * x;
  return { mean: 0, inverseDeviation: 1 / Math.sqrt(squares / values.length + epsilon) };
}

interface Normalised {
  readonly data: Float64Array;
  readonly moments: readonly Moments[];
}

/** Normalises each stretch of `length` numbers on its own. */
function normalise(x: NdArray, length: number, epsilon: number, measure = momentsOf): Normalised {
  const data = new Float64Array(x.data.length);
  const moments: Moments[] = [];
  for (let start = 0; start < data.length; start += length) {
    const found = measure(x.data.subarray(start, start + length), epsilon);
    for (let i = start; i < start + length; i++) data[i] = (x.data[i]! - found.mean) * found.inverseDeviation;
    moments.push(found);
  }
  return { data, moments };
}

/** Scale and bias broadcast to the axes from `axis` on. Further outcomes: mean and inverse deviation. */
function layerNormalisation(measure: typeof momentsOf): Operator {
  return (inputs, node) => {
    const [x, scale, bias] = [inputAt(inputs, 0, node), inputAt(inputs, 1, node), inputs[2]];
    const axis = axisOf(intAttribute(node, 'axis', -1), x.shape.length, node);
    const epsilon = floatAttribute(node, 'epsilon', 1e-5);
    const where = describeNode(node);
    const { data, moments } = normalise(x, sizeOf(x.shape.slice(axis)), epsilon, measure);
    const scaled = broadcastBinary(ndArray(x.shape, data), scale, (a, b) => a * b, 'float', where);
    const shifted = bias ? broadcastBinary(scaled, bias, (a, b) => a + b, 'float', where) : scaled;
    const shape = x.shape.map((length, each) => (each < axis ? length : 1));
    const means = moments.map(({ mean }) => mean);
    const deviations = moments.map(({ inverseDeviation }) => inverseDeviation);
    return [shifted, ndArray(shape, means), ndArray(shape, deviations)];
  };
}

interface Affine {
  readonly centre?: number;
  readonly factor: number;
  readonly offset: number;
}

/** (x − centre)·factor + offset with numbers of its own for each channel of [N, C, …]. */
function perChannel(x: NdArray, affine: (channel: number) => Affine): NdArray {
  const [batch = 0, channels = 0, ...spatial] = x.shape;
  const inner = sizeOf(spatial);
  const data = new Float64Array(x.data.length);
  for (let row = 0; row < batch * channels; row++) {
    const { centre = 0, factor, offset } = affine(row % channels);
    for (let i = row * inner; i < (row + 1) * inner; i++) data[i] = (x.data[i]! - centre) * factor + offset;
  }
  return { shape: x.shape, data, type: x.type };
}

/** The inputs from `first` on, as numbers per channel. @throws RuntimeError if one has another length */
function channelInputs(
  inputs: Parameters<Operator>[0],
  first: number,
  count: number,
  channels: number,
  node: Node,
): Float64Array[] {
  return Array.from({ length: count }, (_, i) => {
    const found = inputAt(inputs, first + i, node);
    if (found.data.length === channels) return found.data;
    throw operatorError(node, `[${channels}] as input ${first + i}`, describeShapes(found));
  });
}

const batchNormalisation: Operator = (inputs, node) => {
  if (intAttribute(node, 'training_mode', 0)) {
    throw operatorError(node, 'training_mode = 0', '1', 'Export the model in evaluation mode');
  }
  const x = inputAt(inputs, 0, node);
  const [scale, bias, mean, variance] = channelInputs(inputs, 1, 4, x.shape[1] ?? 1, node);
  const epsilon = floatAttribute(node, 'epsilon', 1e-5);
  const normalised = perChannel(x, (channel) => {
    const factor = scale![channel]! / Math.sqrt(variance![channel]! + epsilon);
    return { centre: mean![channel]!, factor, offset: bias![channel]! };
  });
  return [normalised];
};

const instanceNormalisation: Operator = (inputs, node) => {
  const x = inputAt(inputs, 0, node);
  const [scale, bias] = channelInputs(inputs, 1, 2, x.shape[1] ?? 1, node);
  const epsilon = floatAttribute(node, 'epsilon', 1e-5);
  const { data } = normalise(x, sizeOf(x.shape.slice(2)), epsilon);
  const affine = (channel: number) => ({ factor: scale![channel]!, offset: bias![channel]! });
  return [perChannel(ndArray(x.shape, data), affine)];
};

/** Operator sets 18 to 20 have one scale and bias a group, later ones one a channel. */
const groupNormalisation: Operator = (inputs, node, { opset }) => {
  const x = inputAt(inputs, 0, node);
  const [, channels = 1, ...spatial] = x.shape;
  const groups = intAttribute(node, 'num_groups');
  const size = channels / groups;
  const [scale, bias] = channelInputs(inputs, 1, 2, opset < 21 ? groups : channels, node);
  const { data } = normalise(x, size * sizeOf(spatial), floatAttribute(node, 'epsilon', 1e-5));
  const normalised = perChannel(ndArray(x.shape, data), (channel) => {
    const at = opset < 21 ? Math.floor(channel / size) : channel;
    return { factor: scale![at]!, offset: bias![at]! };
  });
  return [normalised];
};

/** Operators that shift and scale to mean 0 and variance 1. */
export const normalisations: OperatorFamily = {
  LayerNormalization: layerNormalisation(momentsOf),
  RMSNormalization: layerNormalisation(rootMeanSquareOf),
  SimplifiedLayerNormalization: layerNormalisation(rootMeanSquareOf),
  BatchNormalization: batchNormalisation,
  InstanceNormalization: instanceNormalisation,
  GroupNormalization: groupNormalisation,
};
