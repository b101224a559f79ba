import { CommanderError } from 'commander';
import { expect, it } from 'vitest';
import { FormatError, listProblems, UsageError } from '../errors.ts';
import { errorDocument } from './error-document.ts';
import { Stopped } from './stop-on-interrupt.ts';

it('keeps the parts of an error, with the flags of its remedy', () => {
  const parts = { where: 'x', expected: 'data', got: 'none', remedy: 'Give some' };
  expect(errorDocument(new UsageError({ ...parts, means: ['calibration'] }), 2)).toEqual({
    error: {
      kind: 'usage',
      message: 'x: expected data, got none. Give some.',
      ...parts,
      flags: ['--calibrate'],
    },
    exitCode: 2,
  });
});

it('keeps several problems line by line', () => {
  const { error } = errorDocument(new FormatError(listProblems('x: damaged:', ['a', 'b'])), 1);
  expect(error).toMatchObject({ kind: 'format', where: 'x: damaged:', problems: ['a', 'b'] });
});

it('tells wrong command lines, stops and the unexpected apart', () => {
  const kinds = [new CommanderError(1, 'c', 'error: no'), new Stopped('stopped'), new Error('oops')].map(
    (error) => errorDocument(error, 1).error,
  );
  expect(kinds).toEqual([
    { kind: 'usage', message: 'no' },
    { kind: 'stopped', message: 'stopped' },
    { kind: 'unexpected', message: 'oops' },
  ]);
});
