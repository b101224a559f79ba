import { constantTensor } from '../analysis/constant-tensor.ts';
import { blockedDomain } from '../graph/blocked-layout.ts';
import type { Graph } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import { describeNode, intAttribute, type Node } from '../graph/node.ts';
import { subgraphsOf } from '../graph/operation.ts';
import type { Tensor } from '../graph/tensor.ts';
import { outputObstacles } from './output-obstacles.ts';

const recurrent = new Set(['LSTM', 'GRU', 'RNN']);
/** What of them can be written as standard operators is so before anybody looks for obstacles. */
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
  'QGemm',
  'QLinearAdd',
  'QLinearMul',
  'QLinearConcat',
  'QAttention',
  'DynamicQuantizeLSTM',
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
/** Standard operators that multiply by weights, and are not known as synaptic. */
const foreignProducts = new Set(['DeformConv']);
/** Domains whose operators are told apart elsewhere; ONNX Runtime writes the last when it saves a network that it has optimised. */
const ownDomains = new Set(['transpike', 'transpike.engine', blockedDomain]);
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
    const reason =
      cacheObstacle(each) ??
      obstacle(
        each.opType,
        subgraphsOf(each).flatMap((body) => body.nodes.map((inner) => inner.opType)),
      ) ??
      trainingObstacle(each) ??
      foreignObstacle(model.graph, each);
    return reason ? [`${describeNode(each)}: ${reason}`] : [];
  });
  return [...inputs, ...nodes, ...machineObstacle(model.graph), ...outputObstacles(model.graph)];
}

/** What is not taken apart of GroupQueryAttention as exporters of language models write it. */
function cacheObstacle({ opType, inputs, outputs, attributes }: Node): string | undefined {
  if (opType !== 'GroupQueryAttention') return undefined;
  const isSet = (key: string, without: number) => {
    const attribute = attributes.get(key);
    return attribute?.kind === 'int' && attribute.value !== without;
  };
  const used = [
    ...(inputs[3] ? [`a cache of earlier keys and values (${inputs[3]}, ${inputs[4]})`] : []),
    ...(isSet('local_window_size', -1) ? ['a window (local_window_size)'] : []),
    ...(inputs[11] || isSet('smooth_softmax', 0) ? ['sinks'] : []),
    ...(outputs[3] ? [`the product of queries and keys as an output (${outputs[3]})`] : []),
  ];
  if (used.length === 0) return undefined;
  return `attention with ${used.join(' and ')} is not taken apart. Export the model for whole sequences, without a cache and with attention over all earlier tokens.`;
}

function obstacle(opType: string, inside: readonly string[]): string | undefined {
  if (recurrent.has(opType))
    return 'recurrent operators have a time axis of their own. Convert the feed-forward part.';
  if (fused.has(opType))
    return 'this fused operator hides its products, and is used in a way that is not taken apart. Export with attention written as MatMul and Softmax.';
  if (quantised.has(opType))
    return 'the network is quantised in a way that is not undone here. Convert the float32 network.';
  if (random.has(opType)) return 'its output changes from step to step. Export the model in evaluation mode.';
  if (opType === 'Loop' && inside.some((each) => each.includes('Sequence'))) {
    return 'a loop that puts tensors together is not unrolled. Export with fixed sizes, so that none is left.';
  }
  if (inside.some((each) => synaptic.has(each))) {
    return 'control flow around synaptic operators cannot be converted. Export with fixed sizes, so that it is unrolled.';
  }
  return undefined;
}

/** Batch normalisation whose statistics are those of the batch makes images depend on each other. */
function trainingObstacle(of: Node): string | undefined {
  if (of.opType !== 'BatchNormalization' || of.domain !== '') return undefined;
  const isTraining = of.outputs.filter(Boolean).length > 1 || intAttribute(of, 'training_mode', 0) !== 0;
  return isTraining ? 'it is in training mode. Export the model in evaluation mode.' : undefined;
}

/** Their weights lie as the processor likes them, which is told once. */
function machineObstacle({ nodes }: Graph): string[] {
  if (nodes.every(({ domain }) => domain !== blockedDomain)) return [];
  return [
    `operators of ${blockedDomain}: ONNX Runtime has optimised the network for one kind of processor. Give the network as it was before.`,
  ];
}

/** Weights of an operator that nobody knows would stay analog without a word, and uncounted. */
function foreignObstacle(graph: Graph, of: Node): string | undefined {
  const isKnown = of.domain === '' ? !foreignProducts.has(of.opType) : ownDomains.has(of.domain);
  const weights = isKnown ? [] : of.inputs.filter((name) => isMatrix(constantTensor(graph, name)));
  if (weights.length === 0) return undefined;
  return `an unknown operator multiplies by weights (${weights.join(', ')}). Export it as standard operators.`;
}

function isMatrix(tensor: Tensor | undefined): boolean {
  return tensor !== undefined && tensor.shape.length >= 2 && tensor.size > 1;
}
