import { expect, it } from 'vitest';
import { Random } from '../../random.ts';
import { convnetNetwork } from './convnet.ts';

const shape = { channels: 3, height: 8, width: 8, classes: 4 };
const settings = convnetNetwork.settings.parse({ kind: 'convnet', stages: [[4], [6, 8]] });

it('a convnet starts with the tensors that its architecture reads, convolutions with the variance of He', () => {
  const { tensors, config, decays } = convnetNetwork.initialise(settings, shape, new Random(1));
  const { model, problems } = convnetNetwork.architecture.recognise(config, tensors, 'config.json').build();
  expect(problems).toEqual([]);
  expect([...tensors.keys()].filter((name) => !model.graph.initializers.has(name))).toEqual([]);
  const weights = [...(tensors.get('layers.1.1.conv.weight')?.toFloat32() ?? [])];
  const variance = weights.reduce((sum, weight) => sum + weight ** 2, 0) / weights.length;
  expect(variance).toBeGreaterThan((2 / (9 * 6)) * 0.8);
  expect(variance).toBeLessThan((2 / (9 * 6)) * 1.2);
  expect(decays('layers.1.1.conv.weight', [8, 6, 3, 3])).toBe(true);
  expect(decays('layers.1.1.norm.weight', [8])).toBe(false);
});

it('a convnet refuses pictures that it cannot halve', () => {
  expect(() => convnetNetwork.initialise(settings, { ...shape, height: 7, width: 7 }, new Random(1))).toThrow(
    "network 'convnet': expected square pictures whose side is a multiple of 2, as 2 stages need, got 7 × 7 pixels. Crop the pictures, or give the network fewer stages.",
  );
});
