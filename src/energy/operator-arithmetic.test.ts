import { describe, expect, it } from 'vitest';
import { node } from '../graph/node.ts';
import { operatorArithmetic } from './operator-arithmetic.ts';

const constants = new Set(['c']);
const cost = (opType: string, inputs: string[], attributes = {}) =>
  operatorArithmetic(node(opType, inputs, ['y'], attributes), (value) => constants.has(value));

describe('operatorArithmetic', () => {
  it('knows which operators pass increments on without a memory', () => {
    expect(cost('Add', ['x', 'y'])!.linear).toBe(true);
    expect(cost('Mul', ['x', 'c'])!.linear).toBe(true);
    expect(cost('Mul', ['x', 'y'])!.linear).toBe(false);
    expect(cost('Div', ['x', 'c'])).toMatchObject({ linear: true, multiplications: 1 });
    expect(cost('Div', ['c', 'x'])).toMatchObject({ linear: false, multiplications: 5 });
    expect(cost('ReduceMean', ['x'])).toMatchObject({ linear: true, per: 'input' });
    expect(cost('Softmax', ['x'])!.linear).toBe(false);
  });

  it('counts the comparisons and additions of a window', () => {
    const window = { kernel_shape: [3, 2] };
    expect(cost('MaxPool', ['x'], window)).toMatchObject({ additions: 5, multiplications: 0, linear: false });
    expect(cost('AveragePool', ['x'], window)).toMatchObject({
      additions: 5,
      multiplications: 1,
      linear: true,
    });
  });

  it('charges nothing for moving numbers, and does not know what it does not know', () => {
    expect(cost('Transpose', ['x'])).toMatchObject({ additions: 0, multiplications: 0 });
    expect(cost('LSTM', ['x'])).toBeUndefined();
    expect(cost('constructor', ['x'])).toBeUndefined();
  });
});
