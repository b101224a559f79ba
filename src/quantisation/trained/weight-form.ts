import {
  roundStraightThrough,
  signStraightThrough,
  stopGradient,
} from '../../differentiation/operators/straight-through.ts';
import { addTrainingOperator } from '../../differentiation/operators/training-operator.ts';
import type { GraphBuilder } from '../../graph/graph-builder.ts';
import { sizeOf } from '../../graph/shape.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { binaryWeights } from '../../quantisers/binary-weights.ts';
import { dorefaWeights } from '../../quantisers/dorefa-weights.ts';
import { type QuantisedWeights, quantiseWeights } from '../../quantisers/weight-quantiser.ts';

/** A weight of a layer. */
export interface WeightPlace {
  readonly shape: readonly number[];
  /** Of the output channels. */
  readonly axis: number;
  /** Version of the standard operators. */
  readonly opset: number;
}

/** Weights in few bits, as numbers and as operators that a gradient passes. */
export interface WeightForm {
  /** The whole numbers that the weights end as. */
  quantise(weights: Tensor, axis: number): QuantisedWeights;
  /** Appends the same in float32, with a gradient straight through the rounding. @returns name of what is calculated with */
  train(build: GraphBuilder, weight: string, place: WeightPlace): string;
}

/** The form of weights of so many bits: signs with a scale a channel; DoReFa from 2 on; from 5 on whole numbers of the largest. @param bits 1…8 */
export function weightForm(bits: number): WeightForm {
  if (bits === 1) return binary;
  return bits <= 4 ? dorefa(bits) : whole(bits);
}

/** Scale of the signs: the mean of |w|, to which no gradient goes. */
const binary: WeightForm = {
  quantise: binaryWeights,
  train(build, weight, place) {
    const signs = addTrainingOperator(build, signStraightThrough, [weight]);
    const sum = build.op('ReduceSum', [build.op('Abs', [weight]), build.integers('axes', othersOf(place))]);
    const length = sizeOf(place.shape) / (place.shape[place.axis] ?? 1);
    return build.op('Mul', [signs, constant(build, build.op('Div', [sum, build.scalar('length', length)]))]);
  },
};

function dorefa(bits: number): WeightForm {
  const n = 2 ** bits - 1;
  return {
    quantise: (weights) => dorefaWeights(weights, bits),
    train(build, weight) {
      const squashed = build.op('Tanh', [weight]);
      const largest = constant(build, build.op('ReduceMax', [build.op('Abs', [squashed])], { keepdims: 0 }));
      const scaled = build.op('Div', [squashed, build.op('Mul', [largest, build.scalar('two', 2)])]);
      const place = build.op('Mul', [
        build.op('Add', [scaled, build.scalar('half', 0.5)]),
        build.scalar('levels', n),
      ]);
      const level = addTrainingOperator(build, roundStraightThrough, [place]);
      const doubled = build.op('Mul', [level, build.scalar('two', 2)]);
      const code = build.op('Sub', [doubled, build.scalar('levels', n)]);
      return build.op('Div', [code, build.scalar('levels', n)]);
    },
  };
}

/** Whole numbers of the largest weight of a channel over 2^(b−1) − 1, as the project's quantiser has it for 8 bits. */
function whole(bits: number): WeightForm {
  const most = 2 ** (bits - 1) - 1;
  return {
    quantise: (weights, axis) => quantiseWeights(weights, axis, 8),
    train(build, weight, place) {
      const largest = largestOf(build, build.op('Abs', [weight]), place);
      const guarded = build.op('Max', [largest, build.scalar('tiny', 1e-12)]);
      const scale = constant(build, build.op('Div', [guarded, build.scalar('most', most)]));
      const level = addTrainingOperator(build, roundStraightThrough, [build.op('Div', [weight, scale])]);
      return build.op('Mul', [level, scale]);
    },
  };
}

function constant(build: GraphBuilder, value: string): string {
  return addTrainingOperator(build, stopGradient, [value]);
}

/** The largest number of each output channel. Since opset 18 axes are an input. */
function largestOf(build: GraphBuilder, value: string, place: WeightPlace): string {
  const axes = othersOf(place);
  return place.opset < 18
    ? build.op('ReduceMax', [value], { axes })
    : build.op('ReduceMax', [value, build.integers('axes', axes)]);
}

function othersOf({ shape, axis }: WeightPlace): number[] {
  return [...shape.keys()].filter((each) => each !== axis);
}
