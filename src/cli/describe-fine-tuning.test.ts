import { expect, it } from 'vitest';
import type { FineTuningResult } from '../results/fine-tuning-result.ts';
import { describeFineTuning } from './describe-fine-tuning.ts';

const fineTuning: FineTuningResult = {
  method: 'diet',
  steps: 2,
  trained: ['w'],
  epochs: 5,
  updates: 100,
  seed: 1,
  data: 'mnist/',
  samples: 1000,
  testSamples: 500,
  measure: 'accuracy',
  sourceAccuracy: 0.985,
  convertedAccuracy: 0.9,
  tunedAccuracy: 0.98,
  curve: [],
  neurons: [],
};

it('says how a network was tuned, and what the marked rows of its table are', () => {
  expect(describeFineTuning({ fineTuning })).toEqual([
    "fine-tuned by diet at T = 2, 5 × 1000 pictures of 'mnist/'; no neurons: the tuned weights alone",
    '* measured when it was tuned on 500 test pictures (98.0 % tuned)',
  ]);
});

it('tells agreements where the data had no classes, and nothing of networks that were not tuned', () => {
  expect(
    describeFineTuning({ fineTuning: { ...fineTuning, measure: 'agreement', sourceAccuracy: 1 } })[1],
  ).toBe(
    '* agreement with the source network, measured when it was tuned on 500 test pictures (98.0 % tuned); above: with the tuned weights',
  );
  expect(describeFineTuning({ fineTuning: null })).toEqual([]);
});
