import { expect, it } from 'vitest';
import { Graph, type ValueInfo } from '../graph/graph.ts';
import { Model } from '../graph/model.ts';
import { node } from '../graph/node.ts';
import { withInputShapes } from './with-input-shapes.ts';

function network(...inputs: readonly ValueInfo[]): Model {
  const graph = new Graph('open');
  graph.setInputs(inputs);
  graph.append(node('Relu', [inputs[0]!.name], ['y']));
  graph.setOutputs([{ name: 'y', dataType: 'float32', shape: undefined }]);
  return new Model(graph, 17);
}

const pictures = () => network({ name: 'x', dataType: 'float32', shape: ['batch', 3, 'height', undefined] });
const tokens = () =>
  network(
    { name: 'ids', dataType: 'int64', shape: ['batch', 'sequence'] },
    { name: 'mask', dataType: 'int64', shape: ['batch', 'sequence'] },
  );
const shapesOf = (model: Model) => model.graph.inputs.map(({ shape }) => shape);

it.each(['x=3,32,48', '3,32,48', '3x32x48'])('fixes what is open, and leaves the batch: %s', (text) => {
  const source = pictures();
  expect(shapesOf(withInputShapes(source, 'net', { inputShapes: [text] }))).toEqual([['batch', 3, 32, 48]]);
  expect(shapesOf(source)).toEqual([['batch', 3, 'height', undefined]]);
});

it('fixes a length wherever its name stands', () => {
  expect(shapesOf(withInputShapes(tokens(), 'net', { inputShapes: ['ids=12'] }))).toEqual([
    ['batch', 12],
    ['batch', 12],
  ]);
});

it('leaves a model alone that nothing is said of', () => {
  const source = pictures();
  expect(withInputShapes(source, 'net', {})).toBe(source);
});

it.each([
  [
    pictures(),
    'y=3,32,48',
    "net: expected the lengths of one of its inputs (x), got 'y=3,32,48'. Give for example x=3,64,64.",
  ],
  [
    tokens(),
    '12',
    "net: expected the lengths of one of its inputs (ids, mask), got '12'. Give for example ids=64.",
  ],
  [
    pictures(),
    'x=3,a,48',
    "net: expected the lengths of one of its inputs (x), got 'x=3,a,48'. Give for example x=3,64,64.",
  ],
  [
    pictures(),
    'x=1,32,48',
    'net: expected lengths for the input x [3,height,?] of one sample, got [1,32,48]. Give one for each axis, and those that are fixed as they are.',
  ],
  [
    pictures(),
    'x=8,3,32,48',
    'net: expected lengths for the input x [3,height,?] of one sample, got [8,3,32,48]. Give one for each axis, and those that are fixed as they are.',
  ],
  [
    network({ name: 'x', dataType: 'float32', shape: ['batch', 3] }),
    'x=3',
    'net: expected an input with lengths that are open, got x [batch,3]. Leave it out.',
  ],
])('refuses what does not fit: %#', (model, text, message) => {
  expect(() => withInputShapes(model, 'net', { inputShapes: [text] })).toThrow(message);
});
