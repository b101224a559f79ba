import type { GraphBuilder } from '../../graph/graph-builder.ts';
import { type Attribute, float, floatAttribute } from '../../graph/node.ts';
import { asFloat, times } from '../gradient-operators.ts';
import type { TrainingOperator } from './training-operator.ts';

/** Emits the surrogate slope of a spike function at x, with sharpness a. */
type Slope = (build: GraphBuilder, x: string, sharpness: number) => string;

function abs(build: GraphBuilder, x: string): string {
  return build.op('Abs', [x]);
}

/** `numerator` / (1 + value). */
function over1Plus(build: GraphBuilder, value: string, numerator: number): string {
  const below = build.op('Add', [value, build.scalar('one', 1)]);
  return build.op('Div', [build.scalar('numerator', numerator), below]);
}

interface SurrogateFacts {
  readonly operator: string;
  readonly equation: string;
  readonly sharpness: number;
  readonly slope: Slope;
}

const facts = {
  rectangle: {
    operator: 'SpikeRectangle',
    equation: 'a if |x| < 1/(2a), else 0',
    sharpness: 1,
    slope: (build, x, a) => {
      const near = build.op('Less', [abs(build, x), build.scalar('width', 1 / (2 * a))]);
      return times(build, asFloat(build, near), a);
    },
  },
  triangle: {
    operator: 'SpikeTriangle',
    equation: 'a·max(0, 1 − a·|x|)',
    sharpness: 1,
    slope: (build, x, a) => {
      const height = build.op('Sub', [build.scalar('one', 1), times(build, abs(build, x), a)]);
      return times(build, build.op('Relu', [height]), a);
    },
  },
  sigmoid: {
    operator: 'SpikeSigmoid',
    equation: 'a·σ(a·x)·(1 − σ(a·x))',
    sharpness: 4,
    slope: (build, x, a) => {
      const y = build.op('Sigmoid', [times(build, x, a)]);
      return times(build, build.op('Mul', [y, build.op('Sub', [build.scalar('one', 1), y])]), a);
    },
  },
  arctan: {
    operator: 'SpikeArctan',
    equation: '(a/2) / (1 + (π·a·x/2)²)',
    sharpness: 2,
    slope: (build, x, a) => {
      const scaled = times(build, x, (Math.PI * a) / 2);
      return over1Plus(build, build.op('Mul', [scaled, scaled]), a / 2);
    },
  },
  exponential: {
    operator: 'SpikeExponential',
    equation: 'a·e^(−b·|x|) with b = 1 (STDB of Rathi et al. 2020, in potential instead of time)',
    sharpness: 0.3,
    slope: (build, x, a) => times(build, build.op('Exp', [build.op('Neg', [abs(build, x)])]), a),
  },
} as const satisfies Record<string, SurrogateFacts>;

/** Name of a surrogate gradient of the spike function. */
export type SurrogateName = keyof typeof facts;

/**
 * The spike functions: s = 1 if x ≥ 0, else 0, where x is the membrane potential minus the threshold, float32 of any
 * shape. Backwards ds/dx is replaced by the slope of the surrogate, whose sharpness is the float attribute `sharpness`.
 */
export const surrogates = Object.fromEntries(
  Object.entries(facts as Record<string, SurrogateFacts>).map(([name, each]) => [name, spikeOperator(each)]),
) as Readonly<Record<SurrogateName, TrainingOperator>>;

function spikeOperator({ operator, equation, sharpness, slope }: SurrogateFacts): TrainingOperator {
  return {
    name: operator,
    doc: `Spike: 1 if x ≥ 0, else 0. Surrogate gradient with sharpness a: ${equation}.`,
    inputs: ['x'],
    outputs: ['spike'],
    attributes: new Map<string, Attribute>([['sharpness', float(sharpness)]]),
    forward: (build) => [asFloat(build, build.op('GreaterOrEqual', ['x', build.scalar('zero', 0)]))],
    gradient: ({ build, gradient, input, node }) => [
      build.op('Mul', [gradient, slope(build, input(0), floatAttribute(node, 'sharpness', sharpness))]),
    ],
  };
}
