import { GraphBuilder } from '../graph/graph-builder.ts';
import type { Model } from '../graph/model.ts';
import type { Node } from '../graph/node.ts';
import { reduceSum } from '../graph/reduce-sum.ts';
import { Tensor } from '../graph/tensor.ts';
import type { BiasCorrections } from '../neurons/bias-correction.ts';
import { setSteps } from '../neurons/neuron-node.ts';
import type { FloatTensor } from '../runtime/float-tensor.ts';
import { OrtSession } from '../runtime/ort-session.ts';
import type { CorrectableOperator } from './correctable-operators.ts';
import type { ComparedBatch } from './measure-network.ts';
import type { PositionImportance } from './output-gradients.ts';

/** What {@link measureCorrections} needs. */
export interface CorrectionOptions {
  /** The cleaned source network. */
  readonly source: Model;
  readonly operators: readonly CorrectableOperator[];
  /** How much the positions of each operator's output matter, by operator; all alike where it is missing. */
  readonly importance: ReadonlyMap<string, PositionImportance> | undefined;
  readonly batches: readonly ComparedBatch[];
  readonly threads: number;
}

/**
 * Measures the mean error of each output channel of each operator after the last step, operator by operator in topological
 * order: what a correction sets right, those behind it no longer see. All in one run, of a network that corrects itself by
 * the means over the images at hand. Positions count by their importance.
 *
 * With y the source network's output and z the spiking one's, for image i and channel c, the errors are e = a·y − z: where spikes are
 * few, all deviations from the mean shrink by a factor a, and the mean has to shrink alike, since normalisation undoes
 * what is common to both. a is the slope of z over y, from their deviations from the channels' means. The correction is
 * ē·max(0, 1 − s²/ē²), s being the standard error of the mean ē over the images: what may be chance is not corrected.
 *
 * Nagel, van Baalen, Blankevoort, Welling: Data-Free Quantization Through Weight Equalization and Bias Correction, ICCV 2019,
 * arXiv:1906.04721, appendix D (empirical bias correction). Differs from the paper, in which a = 1: weighted positions, the
 * gain a, and the allowance for chance.
 */
export async function measureCorrections(
  spiking: Model,
  steps: number,
  options: CorrectionOptions,
): Promise<BiasCorrections> {
  const images = joinBatches(options.batches);
  const counted = options.operators.flatMap((operator) => {
    const weights = positionWeights(operator, options.importance?.get(operator.name));
    return weights ? [{ operator, weights }] : [];
  });
  if (counted.length === 0) return new Map();
  const wanted = await sourceMeans(images, counted, options);
  const { model, outputs } = selfCorrecting(spiking, steps, images.shape[0]!, counted, wanted);
  const session = await OrtSession.create(model, { threads: options.threads, keepScratch: false });
  try {
    const measured = await session.run(images);
    return new Map(
      counted.map(({ operator }) => {
        const { shape, data } = measured.get(outputs.get(operator.name)!)!;
        return [operator.name, Tensor.float32(shape, data)];
      }),
    );
  } finally {
    await session.release();
  }
}

interface Counted {
  readonly operator: CorrectableOperator;
  /** Weight of each position, summing to 1. */
  readonly weights: Tensor;
}

function joinBatches(batches: readonly ComparedBatch[]): FloatTensor {
  const count = batches.reduce((sum, { shape }) => sum + shape[0]!, 0);
  const size = batches[0]!.data.length / batches[0]!.shape[0]!;
  const data = new Float32Array(count * size);
  let at = 0;
  for (const batch of batches) {
    data.set(batch.data, at);
    at += batch.data.length;
  }
  return { shape: [count, ...batches[0]!.shape.slice(1)], data };
}

/** [1, …] with 1 for the channels; undefined where nothing reads the output. */
function positionWeights(
  { shape, axis }: CorrectableOperator,
  importance: PositionImportance | undefined,
): Tensor | undefined {
  const along = shape.map((length, i) => {
    if (i === 0 || i === axis) return [1];
    const own = Array.from(importance?.axes[i] ?? new Float64Array(length).fill(1));
    const total = own.reduce((a, b) => a + b, 0);
    return own.map((value) => value / total);
  });
  if (along.flat().some(Number.isNaN)) return undefined;
  const values = along.reduce((outer, own) => outer.flatMap((a) => own.map((b) => a * b)), [1]);
  return Tensor.float32(
    along.map(({ length }) => length),
    values,
  );
}

/** Weighted mean of each channel for each image, [N, C]. */
function channelMeans(
  build: GraphBuilder,
  opset: number,
  value: string,
  { operator: { shape, axis }, weights }: Counted,
): string {
  const positions = shape.map((_, i) => i).filter((i) => i !== 0 && i !== axis);
  if (positions.length === 0) return value;
  const weighed = build.op('Mul', [value, build.constant('weights', weights)]);
  return reduceSum(build, opset, weighed, positions);
}

/** What the channels should be, for each image: [N, C] by operator. */
async function sourceMeans(
  images: FloatTensor,
  counted: readonly Counted[],
  { source, threads }: CorrectionOptions,
): Promise<Map<string, FloatTensor>> {
  const model = source.clone();
  const build = new GraphBuilder(model.graph, 'correction.');
  const outputs = counted.map((each) => channelMeans(build, model.opset, each.operator.value, each));
  model.graph.outputs = outputs.map((name) => ({ name, dataType: 'float32', shape: undefined }));
  model.graph.removeDeadNodes();
  const session = await OrtSession.create(model, { threads, keepScratch: false });
  try {
    const means = await session.run(images);
    return new Map(counted.map(({ operator }, i) => [operator.name, means.get(outputs[i]!)!]));
  } finally {
    await session.release();
  }
}

/** The spiking network with each operator followed by operators that measure its correction and add it. */
function selfCorrecting(
  spiking: Model,
  steps: number,
  images: number,
  counted: readonly Counted[],
  wanted: ReadonlyMap<string, FloatTensor>,
) {
  const model = spiking.clone();
  setSteps(model, steps);
  const outputs = new Map<string, string>();
  for (const each of counted) {
    const { name } = each.operator;
    const operator = model.graph.nodes.find((candidate) => candidate.name === name)!;
    const { shape, data } = wanted.get(name)!;
    const target = Tensor.float32(shape, data);
    const correction = insertBehind(model, operator, (build, value) => {
      const last = build.op('Slice', [
        value,
        build.integers('from', [-images]),
        build.integers('to', [2 ** 31 - 1]),
        build.integers('axes', [0]),
      ]);
      const means = channelMeans(build, model.opset, last, each);
      const errors = errorsOf(build, model.opset, build.constant('wanted', target), means, images);
      return inShapeOf(build, each.operator, significantMean(build, model.opset, errors, images));
    });
    outputs.set(name, correction);
  }
  model.graph.outputs = [...outputs.values()].map((name) => ({
    name,
    dataType: 'float32',
    shape: undefined,
  }));
  model.graph.removeDeadNodes();
  return { model, outputs };
}

/** e = a·y − z for all images and channels, [N, C]. */
function errorsOf(build: GraphBuilder, opset: number, y: string, z: string, images: number): string {
  if (images === 1) return build.op('Sub', [y, z]);
  const [dy, dz] = [y, z].map((value) => build.op('Sub', [value, meanOf(build, opset, value, images)])) as [
    string,
    string,
  ];
  const sum = (a: string, b: string) => reduceSum(build, opset, build.op('Mul', [a, b]), [0, 1]);
  const gain = build.op('Div', [sum(dy, dz), build.op('Max', [sum(dy, dy), build.scalar('least', 1e-30)])]);
  return build.op('Sub', [build.op('Mul', [y, gain]), z]);
}

/** Sum over the first axis, divided. */
function meanOf(build: GraphBuilder, opset: number, value: string, divisor: number): string {
  return build.op('Div', [reduceSum(build, opset, value, [0]), build.scalar('divisor', divisor)]);
}

/** ē·max(0, 1 − s²/ē²) for each channel. @param errors [N, C] */
function significantMean(build: GraphBuilder, opset: number, errors: string, images: number): string {
  const mean = meanOf(build, opset, errors, images);
  if (images === 1) return mean;
  const deviations = build.op('Sub', [errors, mean]);
  const variance = meanOf(build, opset, build.op('Mul', [deviations, deviations]), images * (images - 1));
  const power = build.op('Max', [build.op('Mul', [mean, mean]), build.scalar('least', 1e-30)]);
  const certain = build.op('Sub', [build.scalar('one', 1), build.op('Div', [variance, power])]);
  return build.op('Mul', [mean, build.op('Max', [certain, build.scalar('none', 0)])]);
}

/** [C] → what is broadcast to the operator's output. */
function inShapeOf(build: GraphBuilder, { shape, axis }: CorrectableOperator, channels: string): string {
  const after = shape.slice(axis + 1).map(() => 1);
  return after.length === 0
    ? channels
    : build.op('Reshape', [channels, build.integers('shape', [shape[axis]!, ...after])]);
}

/** Adds what is made of an operator's output to it. @returns name of what is added */
function insertBehind(
  { graph }: Model,
  operator: Node,
  make: (build: GraphBuilder, value: string) => string,
): string {
  const value = operator.outputs[0]!;
  const before = graph.nodes.length;
  const build = new GraphBuilder(graph, `${operator.name}.correction.`);
  const correction = make(build, value);
  const corrected = build.op('Add', [value, correction]);
  const made = graph.nodes.slice(before);
  graph.setNodes(graph.nodes.slice(0, before));
  graph.insertAfter(operator, ...made);
  graph.redirectConsumers(value, corrected, new Set(made));
  return correction;
}
