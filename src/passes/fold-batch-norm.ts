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
 * - else into all Conv (without padding) and Gemm that read it, if nothing else does;
 * - else it stays where it is: with fixed statistics it is an affine map, which commutes with the running mean.
 *
 * The arithmetic is float32, in the order W·(γ·(1/√(σ² + ε))) and ((b − μ)·(1/√(σ² + ε)))·γ + β, so that the result is
 * bit for bit what frameworks make that fold in float32.
 *
 * @throws ConversionError that lists every normalisation in training mode, which has no fixed statistics
 */
export const foldBatchNorm = definePass({
  name: 'fold-batch-norm',
  summary: 'Batch normalisation becomes part of the weights of the Conv, ConvTranspose or Gemm beside it.',
  rewrites: 'input',
  apply({ graph }) {
    const norms = graph.nodes.filter(({ opType, domain }) => opType === 'BatchNormalization' && !domain);
    const problems = norms.filter(isTraining).map((each) => `${describeNode(each)}: ${trainingMode}`);
    if (problems.length > 0) {
      throw new ConversionError(
        listProblems('fold-batch-norm: these normalisations cannot be folded into weights:', problems),
      );
    }
    return norms.filter((each) => fold(graph, each)).length;
  },
});

const trainingMode = 'it is in training mode. Export the model in evaluation mode.';

function isTraining(norm: Node): boolean {
  return norm.outputs.filter(Boolean).length > 1 || intAttribute(norm, 'training_mode', 0) !== 0;
}

/** Folds one normalisation. @returns whether there is something to fold it into */
function fold(graph: Graph, norm: Node): boolean {
  const affine = affineOf(graph, norm);
  if (!affine) return false;
  const input = norm.inputs[0]!;
  const producer = graph.producerOf(input);
  const readBySomebodyElse = graph.consumersOf(input).length > 1 || graph.isOutput(input);
  if (producer && !readBySomebodyElse && foldableBefore(graph, producer)) {
    foldAfter(graph, producer, affine);
    graph.removeNode(norm);
    graph.update(producer, { outputs: producer.outputs.with(0, norm.outputs[0]!) });
    return true;
  }
  const readers = graph.consumersOf(norm.outputs[0]!);
  const ahead = readers.length > 0 && !graph.isOutput(norm.outputs[0]!);
  if (ahead && readers.every((reader) => foldableAhead(graph, reader, norm.outputs[0]!))) {
    for (const reader of readers) foldAhead(graph, reader, affine);
    graph.redirectConsumers(norm.outputs[0]!, input);
    graph.removeNode(norm);
    return true;
  }
  return false;
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
