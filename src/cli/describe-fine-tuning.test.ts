import { expect, it } from 'vitest';
import type { FineTuningRecord } from '../conversion/conversion-record.ts';
import { describeFineTuning } from './describe-fine-tuning.ts';

const record: FineTuningRecord = {
  method: 'diet',
  steps: 2,
  trained: ['w'],
  epochs: 5,
  updates: 100,
  seed: 1,
  data: 'mnist/',
  samples: 1000,
  measure: 'accuracy',
  sourceAccuracy: 0.985,
  convertedAccuracy: 0.9,
  tunedAccuracy: 0.98,
};

it('tells the original source, the converted and the tuned network side by side', () => {
  expect(describeFineTuning(record)).toEqual([
    "fine-tuned by diet at T = 2, 5 × 1000 pictures of 'mnist/'; source above: the tuned weights without neurons",
    'accuracy when it was tuned: original source 98.50 %, converted 90.00 %, tuned 98.00 %',
  ]);
});

it('tells agreements where the data had no classes, and nothing of networks that were not tuned', () => {
  expect(describeFineTuning({ ...record, measure: 'agreement', sourceAccuracy: 1 })[1]).toBe(
    'agreement with the original source when it was tuned: converted 90.00 %, tuned 98.00 %',
  );
  expect(describeFineTuning(undefined)).toEqual([]);
});
