import { describe, expect, it } from 'vitest';
import { Graph } from '../graph/graph.ts';
import { Model } from '../graph/model.ts';
import { evaluateModel } from '../interpreter/evaluate-model.ts';
import { ndArray } from '../interpreter/nd-array.ts';
import { type GridRotation, gridPositions } from './grid-rotation.ts';
import { NetworkBuilder } from './network-builder.ts';
import { addRotaryPositions, addRotation, type RotaryPairs } from './rotary-positions.ts';

const plain: GridRotation = { pairs: 'neighbours', temperature: 100, coordinate: 'index' };

/** The angles of a token: one for each pair. */
const anglesOf = (rotation: GridRotation, token: number) =>
  [...gridPositions(rotation, [2, 3], 1, 8).angles].slice(token * 4, token * 4 + 4);

describe('gridPositions', () => {
  it('leaves tokens ahead of the patches where they are', () => {
    expect(anglesOf(plain, 0)).toEqual([0, 0, 0, 0]);
  });

  it('rotates by row and column, ever slower', () => {
    expect(anglesOf(plain, 6)).toEqual([1, 0.1, 2, 0.2]);
    expect(anglesOf({ ...plain, columnFirst: true }, 6)).toEqual([2, 0.2, 1, 0.1]);
  });

  it('counts on the grid of reference', () => {
    expect(anglesOf({ ...plain, reference: [4, 6] }, 6)).toEqual([2, 0.2, 4, 0.4]);
  });

  it('takes the centres of patches between −2π and 2π', () => {
    const [row, , column] = anglesOf({ ...plain, coordinate: 'centre' }, 6);
    expect(row).toBeCloseTo(Math.PI, 12);
    expect(column).toBeCloseTo((2 * Math.PI * 2) / 3, 12);
  });
});

describe('addRotation', () => {
  const rotated = (pairs: RotaryPairs, features: number[]) => {
    const graph = new Graph('toy');
    graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 1, 1, 4] });
    const net = new NetworkBuilder(graph, new Map());
    const angles = Float64Array.of(Math.PI / 2, Math.PI);
    const values = addRotaryPositions(net, { pairs, tokens: 1, headDim: 4, angles });
    const output = addRotation(net, values, 'q', 'x');
    graph.addOutput({ name: output, dataType: 'float32', shape: ['batch', 1, 1, 4] });
    const results = evaluateModel(new Model(graph, 17), {
      x: ndArray([1, 1, 1, 4], Float64Array.from(features)),
    });
    return [...results.get(output)!.data].map((x) => Math.round(x * 1e6) / 1e6 + 0);
  };

  it('turns neighbours: a quarter and a half turn', () => {
    expect(rotated('neighbours', [1, 2, 3, 4])).toEqual([-2, 1, -3, -4]);
  });

  it('turns halves: a quarter and a half turn', () => {
    expect(rotated('halves', [1, 2, 3, 4])).toEqual([-3, -2, 1, -4]);
  });
});
