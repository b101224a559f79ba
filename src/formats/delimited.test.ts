import { describe, expect, it } from 'vitest';
import { parseDelimited } from './delimited.ts';

describe('parseDelimited', () => {
  it('reads cells in quotes with commas, quotes and ends of lines, and says in which line a record begins', () => {
    const text = '\uFEFFtext,label\r\n"one, ""two""\nthree",1\n\n"",0\nplain "quotes" inside,2';
    expect(parseDelimited(text, ',')).toEqual([
      { line: 1, cells: ['text', 'label'] },
      { line: 2, cells: ['one, "two"\nthree', '1'] },
      { line: 5, cells: ['', '0'] },
      { line: 6, cells: ['plain "quotes" inside', '2'] },
    ]);
  });

  it('takes quotes between tabs as letters', () => {
    expect(parseDelimited('text\tlabel\nthe "film\t1\n', '\t')).toEqual([
      { line: 1, cells: ['text', 'label'] },
      { line: 2, cells: ['the "film', '1'] },
    ]);
  });

  it('takes a last line without its end, an open quote, and nothing', () => {
    expect(parseDelimited('a,b', ',')).toEqual([{ line: 1, cells: ['a', 'b'] }]);
    expect(parseDelimited('a,', ',')).toEqual([{ line: 1, cells: ['a', ''] }]);
    expect(parseDelimited('"open,x', ',')).toEqual([{ line: 1, cells: ['"open', 'x'] }]);
    expect(parseDelimited('', ',')).toEqual([]);
  });
});
