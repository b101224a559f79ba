import { expect, it } from 'vitest';
import { checkQuantising } from './quantising-plan.ts';

it('checkQuantising fills in defaults, and lists everything wrong at once', () => {
  const bits = { weights: 1, activations: 2 };
  expect(checkQuantising({ bits }, 'quantise')).toMatchObject({ bits, widen: 1, epochs: 10, batchSize: 64 });
  expect(() => checkQuantising({ bits: { weights: 5, activations: 2 }, widen: 0.5 }, 'quantise')).toThrow(
    'quantise: expected settings of a training in few bits, got bits.weights: Too big: expected number to be <=4; widen: Too small: expected number to be >=1. Put right what is listed; bits are those of weights and of activations, 1 to 4 each.',
  );
  const budget = { of: 'weightBits', most: 10 };
  expect(() => checkQuantising({ bits, budget, epochs: 3 }, 'quantise')).toThrow(
    'got epochs: expected 6 or more with a budget',
  );
});
