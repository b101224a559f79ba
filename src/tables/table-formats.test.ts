import { describe, expect, it } from 'vitest';
import { intervalColumn, numberColumn, percentColumn, type Table, textColumn } from './table.ts';
import { tableFormats } from './table-formats.ts';
import { toText } from './to-text.ts';

const top1 = percentColumn('top1', 'top-1');
const table: Table = {
  caption: 'two methods',
  grouped: true,
  columns: [
    textColumn('method'),
    numberColumn('t', 'T', 0),
    top1,
    intervalColumn(top1),
    numberColumn('ratio', '(a)'),
    { ...numberColumn('drop', 'drop', 2), spare: true },
  ],
  rows: [
    ['rate_coded, 50 %', 1, 0.125, [0.0512, 0.2], 0.05, -0.5],
    ['rate_coded, 50 %', 2, null, null, 12.346, null],
    ['ecmt', 1, 1, [0.9536, 1], null, 0.001],
  ],
};

describe('a table', () => {
  it('keeps every digit in CSV, with the bounds of intervals in columns of their own', () => {
    expect(tableFormats.csv(table).split('\n')).toEqual([
      'method,t,top1,top1_interval_low,top1_interval_high,ratio,drop',
      '"rate_coded, 50 %",1,0.125,0.0512,0.2,0.05,-0.5',
      '"rate_coded, 50 %",2,,,,12.346,',
      'ecmt,1,1,0.9536,1,,0.001',
    ]);
  });

  it('is a list of objects in JSON', () => {
    expect(JSON.parse(tableFormats.json(table))[2]).toEqual({
      method: 'ecmt',
      t: 1,
      top1: 1,
      top1_interval: [0.9536, 1],
      ratio: null,
      drop: 0.001,
    });
  });

  it('has equal digits in every column of Markdown', () => {
    expect(tableFormats.markdown(table).split('\n')).toEqual([
      '| method | T | top-1 (%) | 95 % | (a) | drop |',
      '|---|---:|---:|---:|---:|---:|',
      '| rate_coded, 50 % | 1 | 12.5 | 5.1–20.0 | 0.05 | -0.50 |',
      '| rate_coded, 50 % | 2 | – | – | 12.35 | – |',
      '| ecmt | 1 | 100.0 | 95.4–100.0 | – | 0.00 |',
    ]);
  });

  it('is set by booktabs and siunitx in LaTeX', () => {
    expect(tableFormats.latex(table).split('\n')).toEqual([
      '% two methods',
      '% \\usepackage{booktabs, siunitx}',
      '\\begin{tabular}{l S[table-format=1] S[table-format=3.1] c S[table-format=2.2] S[table-format=-1.2]}',
      '\\toprule',
      'method & {T} & {top-1 (\\%)} & {95 \\%} & {(a)} & {drop} \\\\',
      '\\midrule',
      'rate\\_coded, 50 \\% & 1 & 12.5 & 5.1--20.0 & 0.05 & -0.50 \\\\',
      'rate\\_coded, 50 \\% & 2 & {--} &  & 12.35 & {--} \\\\',
      '\\midrule',
      'ecmt & 1 & 100.0 & 95.4--100.0 & {--} & 0.00 \\\\',
      '\\bottomrule',
      '\\end{tabular}',
    ]);
  });

  it('has its groups as lines of their own on a terminal', () => {
    expect(toText(table).split('\n')).toEqual([
      '  T  top-1       95 %    (a)   drop',
      '  ─────────────────────────────────',
      'rate_coded, 50 %',
      '  1   12.5   5.1–20.0   0.05  -0.50',
      '  2      –          –  12.35      –',
      'ecmt',
      '  1  100.0 95.4–100.0      –   0.00',
    ]);
  });

  it('leaves out what is spare, and then the middle of names, where a terminal is narrow', () => {
    const narrow = toText({ ...table, grouped: false }, { width: 42 });
    expect(narrow.split('\n')).toEqual([
      'method          T  top-1       95 %    (a)',
      '──────────────────────────────────────────',
      'rate…ded, 50 %  1   12.5   5.1–20.0   0.05',
      'rate…ded, 50 %  2      –          –  12.35',
      'ecmt            1  100.0 95.4–100.0      –',
    ]);
    expect(narrow).not.toContain('drop');
  });

  it('writes very large and very small columns in powers of ten', () => {
    const column = numberColumn('n');
    const of = (...values: number[]): Table => ({
      caption: '',
      columns: [column],
      rows: values.map((value) => [value]),
    });
    expect(toText(of(2e7, 1)).split('\n').slice(2)).toEqual(['2.00e+7', '1.00e+0']);
    expect(toText(of(0, 0)).split('\n').slice(2)).toEqual(['0.000', '0.000']);
  });
});
