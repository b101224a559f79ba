import { describe, expect, it } from 'vitest';
import { checkpointTensors, normShapes } from '../checkpoints/checkpoint-tensors.fixture.ts';
import { evaluateModel } from '../interpreter/evaluate-model.ts';
import { ndArray } from '../interpreter/nd-array.ts';
import { convnet } from './convnet.ts';

const tensors = checkpointTensors({
  'layers.0.0.conv.weight': [4, 3, 3, 3],
  ...normShapes('layers.0.0.norm', 4),
  'layers.1.0.conv.weight': [5, 4, 3, 3],
  ...normShapes('layers.1.0.norm', 5),
  'layers.1.1.conv.weight': [6, 5, 3, 3],
  ...normShapes('layers.1.1.norm', 6),
  'classifier.weight': [2, 6],
  'classifier.bias': [2],
});

describe('convnet', () => {
  it('has average pooling between its stages alone, and the mean of all places before the classifier', () => {
    expect(convnet.matches({}, new Set(tensors.keys()))).toBe(true);
    const { model, problems } = convnet.recognise({ image_size: 8 }, tensors, 'config.json').build();
    expect(problems).toEqual([]);
    expect(model.graph.nodes.map(({ opType }) => opType)).toEqual([
      ...['Conv', 'BatchNormalization', 'Relu', 'AveragePool'],
      ...['Conv', 'BatchNormalization', 'Relu', 'Conv', 'BatchNormalization', 'Relu'],
      ...['GlobalAveragePool', 'Flatten', 'Transpose', 'MatMul', 'Add'],
    ]);
    const pixels = Float64Array.from({ length: 192 }, (_, i) => Math.sin(i * 1.3));
    const keep = new Set(['layers.0.0.relu', 'layers.1.pool', 'layers.1.1.relu', 'flat']);
    const values = evaluateModel(model, { x: ndArray([1, 3, 8, 8], pixels) }, { keep });
    const [features, pooled, last, flat] = [...keep].map((name) => values.get(name)?.data ?? []);
    const four = [0, 1, 8, 9].map((place) => Number(features![2 * 64 + 18 + place]));
    expect(pooled![2 * 16 + 5]).toBeCloseTo(four.reduce((a, b) => a + b) / 4, 12);
    const places = Array.from({ length: 16 }, (_, place) => Number(last![3 * 16 + place]));
    expect(flat![3]).toBeCloseTo(places.reduce((a, b) => a + b) / 16, 12);
  });

  it('refuses a size that its stages do not halve without a remainder', () => {
    expect(() => convnet.recognise({ image_size: 9 }, tensors, 'config.json')).toThrow(
      "'image_size': expected a multiple of 2, which 2 stages halve without a remainder, got 9. Set 'image_size' in config.json to the size that the weights were trained with.",
    );
  });
});
