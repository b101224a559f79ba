import { expect, it } from 'vitest';
import { sharedInputs } from './batch-axis.ts';
import type { Dimension } from './value-info.ts';

it.each<[string, Record<string, Dimension[] | undefined>, string[]]>([
  ['a scalar', { x: ['N', 3], scale: [] }, ['scale']],
  ['positions of a sequence', { ids: ['N', 'S'], mask: ['N', 'S'], positions: ['S'] }, ['positions']],
  ['positions for one sample', { ids: ['N', 'S'], positions: [1, 'S'] }, ['positions']],
  ['a fixed table in front of the data', { table: [4, 2], x: ['N', 3] }, ['table']],
  ['none where each axis has a name of its own', { a: ['a_0', 'a_1'], b: ['b_0', 'b_1'] }, []],
  ['none where all are made for one sample', { a: [1, 3, 8, 8], b: [1, 5] }, []],
  ['weights of channels beside one sample', { a: [1, 3, 8, 8], b: [3] }, ['b']],
  ['none where the batch is another axis', { x: [16, 'N', 8], state: [2, 'N', 8] }, []],
  ['none of a single input', { x: [4, 3] }, []],
  ['none of unknown shape', { x: ['N', 3], y: undefined }, []],
])('inputs that all samples share: %s', (_, shapes, shared) => {
  const inputs = Object.entries(shapes).map(([name, shape]) => ({ name, dataType: undefined, shape }));
  expect([...sharedInputs(inputs)]).toEqual(shared);
});
