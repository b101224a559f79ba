import { asFloat } from '../gradient-operators.ts';
import type { TrainingOperator } from './training-operator.ts';

/** y = x; no gradient passes. */
export const stopGradient: TrainingOperator = {
  name: 'StopGradient',
  doc: 'y = x. Gradient: none.',
  inputs: ['x'],
  outputs: ['y'],
  attributes: new Map(),
  forward: () => ['x'],
  gradient: 'zero',
};

/** y = ⌊x⌋ with the gradient of the identity (straight-through estimator), as in quantisation clip-floor-shift. */
export const floorStraightThrough: TrainingOperator = {
  name: 'FloorStraightThrough',
  doc: 'y = floor(x). Gradient: dx = dy (straight-through estimator).',
  inputs: ['x'],
  outputs: ['y'],
  attributes: new Map(),
  forward: (build) => [build.op('Floor', ['x'])],
  gradient: ({ gradient }) => [gradient],
};

/** y = the nearest integer of x, halves to even, with the gradient of the identity. */
export const roundStraightThrough: TrainingOperator = {
  name: 'RoundStraightThrough',
  doc: 'y = round(x), halves to even. Gradient: dx = dy (straight-through estimator).',
  inputs: ['x'],
  outputs: ['y'],
  attributes: new Map(),
  forward: (build) => [build.op('Round', ['x'])],
  gradient: ({ gradient }) => [gradient],
};

/** y = value, whose gradient goes to the carrier, times the slope: da = dy·slope. */
export const coupled: TrainingOperator = {
  name: 'Coupled',
  doc: 'y = value, of the shape of carrier and slope. Gradient: of the carrier dy·slope, of value and slope none.',
  inputs: ['value', 'carrier', 'slope'],
  outputs: ['y'],
  attributes: new Map(),
  forward: () => ['value'],
  gradient: ({ build, gradient, input }) => [undefined, build.op('Mul', [gradient, input(2)]), undefined],
};

/** y = value, whose gradient goes to the carrier as it is, as in tandem learning. */
export const coupledAsIs: TrainingOperator = {
  name: 'CoupledAsIs',
  doc: 'y = value, of the shape of carrier. Gradient: of the carrier dy, of value none.',
  inputs: ['value', 'carrier'],
  outputs: ['y'],
  attributes: new Map(),
  forward: () => ['value'],
  gradient: ({ gradient }) => [undefined, gradient],
};

/** y = 1 where x ≥ 0, else −1, with the gradient of the identity where |x| ≤ 1. */
export const signStraightThrough: TrainingOperator = {
  name: 'SignStraightThrough',
  doc: 'y = 1 where x >= 0, else -1. Gradient: dx = dy where |x| <= 1, else 0 (straight-through estimator).',
  inputs: ['x'],
  outputs: ['y'],
  attributes: new Map(),
  forward: (build) => {
    const positive = build.op('GreaterOrEqual', ['x', build.scalar('zero', 0)]);
    return [build.op('Where', [positive, build.scalar('one', 1), build.scalar('minus', -1)])];
  },
  gradient: ({ build, gradient, input }) => {
    const near = build.op('LessOrEqual', [build.op('Abs', [input(0)]), build.scalar('one', 1)]);
    return [build.op('Mul', [gradient, asFloat(build, near)])];
  },
};

/** y = step·⌊x/step + ½⌋ with the gradient of the identity; none goes to the step. */
export const stepsStraightThrough: TrainingOperator = {
  name: 'StepsStraightThrough',
  doc: 'y = step * floor(x / step + 1/2). Gradient: dx = dy, of step none (straight-through estimator).',
  inputs: ['x', 'step'],
  outputs: ['y'],
  attributes: new Map(),
  forward: (build) => {
    const count = build.op('Add', [build.op('Div', ['x', 'step']), build.scalar('half', 0.5)]);
    return [build.op('Mul', [build.op('Floor', [count]), 'step'])];
  },
  gradient: ({ gradient }) => [gradient, undefined],
};
