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
