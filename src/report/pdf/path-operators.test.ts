import { describe, expect, it } from 'vitest';
import { decimal, pathOperators } from './path-operators.ts';

describe('pathOperators', () => {
  it('draws lines, absolute and relative, with repeated commands', () => {
    expect(pathOperators('M1,2L3,4 5,6h2v-1.5H0V0l1e1,-1z m1,1')).toEqual([
      '1 2 m',
      '3 4 l',
      '5 6 l',
      '7 6 l',
      '7 4.5 l',
      '0 4.5 l',
      '0 0 l',
      '10 -1 l',
      'h',
      '2 3 m',
    ]);
  });

  it('raises quadratic curves to cubic ones', () => {
    expect(pathOperators('M0,0Q3,3,6,0')).toEqual(['0 0 m', '2 2 4 2 6 0 c']);
  });

  it.each([
    ['M4,0A4,4,0,1,1,-4,0A4,4,0,1,1,4,0', 4],
    ['M0,3A3,3,0,0,0,3,0', 1],
    ['M0,3A3,3,0,1,1,3,0', 3],
  ])('keeps %s on its circle', (data, pieces) => {
    const [begin = '', ...curves] = pathOperators(data);
    expect(curves).toHaveLength(pieces);
    const radius = Math.hypot(...(begin.split(' ').slice(0, 2).map(Number) as [number, number]));
    let from = begin.split(' ').slice(0, 2).map(Number);
    for (const curve of curves) {
      const points = curve.split(' ').slice(0, 6).map(Number);
      const at = (axis: 0 | 1) => {
        const [a, b, c, d] = [from[axis], points[axis], points[2 + axis], points[4 + axis]] as number[];
        return (a! + 3 * b! + 3 * c! + d!) / 8;
      };
      // The middle of each curve is as far from the centre as its ends.
      expect(Math.hypot(at(0), at(1))).toBeCloseTo(radius, 1);
      from = points.slice(4);
    }
  });
});

it('numbers have no exponent', () => {
  expect([1e-9, -1e-9, 12.34567, 1e6].map(decimal)).toEqual(['0', '0', '12.346', '1000000']);
});
