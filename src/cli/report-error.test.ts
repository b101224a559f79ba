import { expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { withFlags } from './report-error.ts';

const parts = { where: 'convert', expected: 'data', got: 'none', remedy: 'Give some' };

it('names the flags with which the library’s remedy is done', () => {
  expect(withFlags(new UsageError({ ...parts, means: ['calibration', 'thresholds'] }))).toBe(
    'convert: expected data, got none. Give some (--calibrate, --thresholds).',
  );
});

it('leaves a message as it is whose remedy needs no flag', () => {
  expect(withFlags(new UsageError(parts))).toBe('convert: expected data, got none. Give some.');
});
