import { constantTensor } from '../analysis/constant-tensor.ts';
import { ConversionError, listProblems } from '../errors.ts';
import { definePass } from '../graph/define-pass.ts';
import type { Graph } from '../graph/graph.ts';
import { describeNode, floatAttribute, intAttribute, type Node } from '../graph/node.ts';
import type { ChannelAffine } from './channel-affine.ts';
import { foldAfter, foldableBefore } from './fold-affine-after.ts';
import { foldAhead, foldableAhead } from './fold-affine-ahead.ts';

/**
 * Folds batch normalisation into the weights of a neighbour, y = γ·(x − μ)/√(σ² + ε) + β:
 *
 * - into the Conv, ConvTranspose or Gemm whose output it normalises, if nothing else reads that output;
 * - else into all Conv (without padding) and Gemm that read it, if nothing else does.
 *
 * The arithmetic is float32, in the order W·(γ·(1/√(σ² + ε))) and ((b − μ)·(1/√(σ² + ε)))·γ + β, so that the result is
 * bit for bit what frameworks make that fold in float32.
 *
 * @throws ConversionError that lists every normalisation that cannot be folded, and why
 */
export const foldBatchNorm = definePass({
  name: 'fold-batch-norm',
  summary: 'Batch normalisation becomes part of the weights of the Conv, ConvTranspose or Gemm beside it.',
  rewrites: 'input',
  apply({ graph }) {
    const problems: string[] = [];
    let changes = 0;
    for (const each of graph.nodes.filter(
      ({ opType, domain }) => opType === 'BatchNormalization' && !domain,
    )) {
      const problem = fold(graph, each);
      if (problem) problems.push(`${describeNode(each)}: ${problem}`);
      else changes++;
    }
    if (problems.length > 0) {
      throw new ConversionError(
        listProblems('fold-batch-norm: these normalisations cannot be folded into weights:', problems),
      );
    }
    return changes;
  },
});

/** Folds one normalisation. @returns why that is impossible, or nothing */
function fold(graph: Graph, norm: Node): string | undefined {
  if (norm.outputs.filter(Boolean).length > 1 || intAttribute(norm, 'training_mode', 0) !== 0) {
    return 'it is in training mode. Export the model in evaluation mode.';
  }
  const affine = affineOf(graph, norm);
  if (!affine) return 'its parameters are computed, not constant. Export the model in evaluation mode.';
  const input = norm.inputs[0]!;
  const producer = graph.producerOf(input);
  const readBySomebodyElse = graph.consumersOf(input).length > 1 || graph.isOutput(input);
  if (producer && !readBySomebodyElse && foldableBefore(graph, producer)) {
    foldAfter(graph, producer, affine);
    graph.removeNode(norm);
    graph.update(producer, { outputs: producer.outputs.with(0, norm.outputs[0]!) });
    return undefined;
  }
  const readers = graph.consumersOf(norm.outputs[0]!);
  const ahead = readers.length > 0 && !graph.isOutput(norm.outputs[0]!);
  if (ahead && readers.every((reader) => foldableAhead(graph, reader, norm.outputs[0]!))) {
    for (const reader of readers) foldAhead(graph, reader, affine);
    graph.redirectConsumers(norm.outputs[0]!, input);
    graph.removeNode(norm);
    return undefined;
  }
  const before = producer ? describeNode(producer) : 'an input of the network';
  return `expected a Conv, ConvTranspose or Gemm of its own before it, or only Gemm and Conv without padding after it; it follows ${before} and is read by ${readers.map(describeNode).join(', ') || 'nobody'}. Train with the normalisation directly after the convolution.`;
}

function affineOf(graph: Graph, norm: Node): ChannelAffine | undefined {
  const tensors = norm.inputs.slice(1, 5).map((name) => constantTensor(graph, name)?.toFloat32());
  const [gamma, beta, mean, variance] = tensors;
  if (!gamma || !beta || !mean || !variance) return undefined;
  const f = Math.fround;
  const epsilon = f(floatAttribute(norm, 'epsilon', 1e-5));
  const rate = variance.map((value) => f(1 / f(Math.sqrt(f(value + epsilon)))));
  const scale = gamma.map((value, c) => f(value * rate[c]!));
  const mapBias = (bias: number, c: number) => f(f(f(f(bias - mean[c]!) * rate[c]!) * gamma[c]!) + beta[c]!);
  return { scale, shift: scale.map((_, c) => mapBias(0, c)), mapBias };
}
