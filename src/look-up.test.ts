import { expect, it } from 'vitest';
import { lookUp, mustExist } from './look-up.ts';

it('gives what stands under a key, also where that is nothing much', () => {
  expect(lookUp(new Map([['a', 0]]), 'a', 'number of')).toBe(0);
  expect(mustExist('', 'name')).toBe('');
});

it('says what is missing', () => {
  const missing =
    "Transpike: expected the shape of value 'b', got none. This is a mistake of the program: report it";
  expect(() => lookUp(new Map([['a', 0]]), 'b', 'shape of value')).toThrow(missing);
  expect(() => mustExist([].at(0), "shape of value 'b'")).toThrow(missing);
});
