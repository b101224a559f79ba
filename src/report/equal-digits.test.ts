import { expect, it } from 'vitest';
import { withEqualDigits } from './equal-digits.ts';
import { figureOf } from './figure.ts';

const texts = (rows: ReturnType<typeof withEqualDigits>) =>
  rows.map((row) => row.map((cell) => String(cell).replace(/<[^>]*>/g, '')));

it('gives the numbers of a column equal digits, and leaves names and units', () => {
  const rows = [
    ['source network', 1, '', 'x'],
    ['T = 1', figureOf('a', 0.32571, '0.326'), figureOf('b', 0.983, '98.3 %'), figureOf('c', 2, '2')],
    ['T = 2', figureOf('a', 1.2, '1.2'), figureOf('b', 1, '100.0 %'), figureOf('c', 10, '10')],
  ];
  expect(texts(withEqualDigits(rows))).toEqual([
    ['source network', '1.000', '', 'x'],
    ['T = 1', '0.326', '98.3 %', '2'],
    ['T = 2', '1.200', '100.0 %', '10'],
  ]);
});

it('keeps to the unit that a number is shown in', () => {
  const rows = [[figureOf('a', 12_345, '12.3')], [figureOf('a', 1000, '1')]];
  expect(texts(withEqualDigits(rows))).toEqual([['12.30'], ['1.00']]);
});
