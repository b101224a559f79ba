import type { Model } from '../graph/model.ts';
import { describeNode } from '../graph/node.ts';
import { subgraphsOf } from '../graph/operation.ts';

const recurrent = new Set(['LSTM', 'GRU', 'RNN']);
const fused = new Set([
  'Attention',
  'MultiHeadAttention',
  'GroupQueryAttention',
  'FusedMatMul',
  'FusedConv',
  'FusedGemm',
]);
const quantised = new Set([
  'MatMulInteger',
  'ConvInteger',
  'QLinearMatMul',
  'QLinearConv',
  'DynamicQuantizeLinear',
  'QuantizeLinear',
]);
const random = new Set([
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
  'Multinomial',
  'Bernoulli',
]);
const synaptic = new Set(['MatMul', 'Gemm', 'Conv', 'ConvTranspose', 'Einsum']);

/**
 * What stands in the way of a conversion: one line for each node or input, with the reason and what to do.
 * Empty for a network that can be converted.
 */
export function findObstacles(model: Model): string[] {
  const inputs = model.graph.inputs.flatMap(({ name, dataType, shape }) => [
    ...(dataType
      ? []
      : [
          `input '${name}': expected numbers, got an unknown type. Export the model with inputs that are tensors of numbers.`,
        ]),
    ...(shape
      ? []
      : [
          `input '${name}': expected a known number of axes, got an unknown shape. Export the model with the shapes of its inputs.`,
        ]),
  ]);
  const nodes = model.graph.nodes.flatMap((each) => {
    if (each.opType === 'Einsum' && each.inputs.length > 2) {
      return [
        `${describeNode(each)}: products of more than two tensors are not supported. Write it as several products.`,
      ];
    }
    const reason = obstacle(
      each.opType,
      subgraphsOf(each).flatMap((body) => body.nodes.map((inner) => inner.opType)),
    );
    return reason ? [`${describeNode(each)}: ${reason}`] : [];
  });
  return [...inputs, ...nodes];
}

function obstacle(opType: string, inside: readonly string[]): string | undefined {
  if (recurrent.has(opType))
    return 'recurrent operators have a time axis of their own. Convert the feed-forward part.';
  if (fused.has(opType))
    return 'fused operators hide their products. Export with attention written as MatMul and Softmax.';
  if (quantised.has(opType)) return 'the network is quantised already. Convert the float32 network.';
  if (random.has(opType)) return 'its output changes from step to step. Export the model in evaluation mode.';
  if (inside.some((each) => synaptic.has(each))) {
    return 'control flow around synaptic operators cannot be converted. Export with fixed sizes, so that it is unrolled.';
  }
  return undefined;
}
