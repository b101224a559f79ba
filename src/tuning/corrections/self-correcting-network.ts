import { definePass } from '../../graph/define-pass.ts';
import type { FloatTensor } from '../../graph/float-tensor.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import type { Model } from '../../graph/model.ts';
import type { Node } from '../../graph/node.ts';
import { reduceSum } from '../../graph/reduce-sum.ts';
import { Tensor } from '../../graph/tensor.ts';
import { lookUp } from '../../look-up.ts';
import { setSteps } from '../../spiking/neuron-node.ts';
import type { CorrectableOperator } from './correctable-operators.ts';

/** An operator whose output channels are compared. */
export interface CountedOperator {
  readonly operator: CorrectableOperator;
  /** Weight of each position, [1, …] with 1 for the channels, summing to 1. */
  readonly weights: Tensor;
}

/** Weighted mean of each channel for each image, [N, C]. */
export function addChannelMeans(
  build: GraphBuilder,
  opset: number,
  value: string,
  { operator: { shape, axis }, weights }: CountedOperator,
): string {
  const positions = shape.map((_, i) => i).filter((i) => i !== 0 && i !== axis);
  if (positions.length === 0) return value;
  const weighed = build.op('Mul', [value, build.constant('weights', weights)]);
  return reduceSum(build, opset, weighed, positions);
}

/**
 * A spiking network in which each operator is followed by others that measure its correction on the batch at hand, as batch
 * normalisation does in training, and add it.
 *
 * @param images size of the batch
 * @param wanted the source network's {@link addChannelMeans} for these images, by operator
 * @returns the network, whose outputs are the corrections, and their names by operator
 */
export const selfCorrecting = definePass({
  name: 'self-correcting',
  summary: 'Operators are added that measure a correction for each synaptic operator, and add it.',
  rewrites: 'copy',
  apply(
    spiking: Model,
    steps: number,
    images: number,
    counted: readonly CountedOperator[],
    wanted: ReadonlyMap<string, FloatTensor>,
  ) {
    const model = spiking.clone();
    setSteps(model, steps);
    const outputs = new Map<string, string>();
    const byName = new Map(model.graph.nodes.map((each) => [each.name, each]));
    for (const each of counted) {
      const { name } = each.operator;
      const operator = lookUp(byName, name, 'operator');
      const { shape, data } = lookUp(wanted, name, 'means of operator');
      const target = Tensor.float32(shape, data);
      const correction = insertBehind(model, operator, (build, value) => {
        const last = build.op('Slice', [
          value,
          build.integers('from', [-images]),
          build.integers('to', [2 ** 31 - 1]),
          build.integers('axes', [0]),
        ]);
        const means = addChannelMeans(build, model.opset, last, each);
        const errors = errorsOf(build, model.opset, build.constant('wanted', target), means, images);
        return inShapeOf(build, each.operator, significantMean(build, model.opset, errors, images));
      });
      outputs.set(name, correction);
    }
    model.graph.setOutputs(
      [...outputs.values()].map((name) => ({
        name,
        dataType: 'float32',
        shape: undefined,
      })),
    );
    model.graph.removeDeadNodes();
    return { model, outputs };
  },
});

/** Deviations of less than this share of all squares are rounding errors, and tell nothing of how they shrink. */
const leastDeviation = 1e-6;

/** e = a·y − z for all images and channels, [N, C]; a is the ratio of the spreads of z and y, at most 1. */
function errorsOf(build: GraphBuilder, opset: number, y: string, z: string, images: number): string {
  const squares = (value: string) => reduceSum(build, opset, build.op('Mul', [value, value]), [0, 1]);
  const least = build.op('Add', [
    build.op('Mul', [squares(y), build.scalar('share', leastDeviation)]),
    build.scalar('least', 1e-30),
  ]);
  const [ofZ, ofY] = [z, y].map((value) => {
    const deviations = build.op('Sub', [value, meanOf(build, opset, value, images)]);
    return build.op('Add', [squares(deviations), least]);
  });
  const gain = build.op('Min', [build.op('Sqrt', [build.op('Div', [ofZ!, ofY!])]), build.scalar('one', 1)]);
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
  const readers = new Set(graph.consumersOf(value));
  const build = GraphBuilder.behind(graph, value, `${operator.name}.correction.`);
  const correction = make(build, value);
  const corrected = build.op('Add', [value, correction]);
  const made = graph.consumersOf(value).filter((each) => !readers.has(each));
  graph.redirectConsumers(value, corrected, new Set(made));
  return correction;
}
