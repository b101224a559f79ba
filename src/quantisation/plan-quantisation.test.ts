import { expect, it } from 'vitest';
import { structureOf } from '../analysis/source-structure.ts';
import { fileStorage } from '../files/file-storage.fixture.ts';
import { Graph } from '../graph/graph.ts';
import { Model } from '../graph/model.ts';
import { Tensor } from '../graph/tensor.ts';
import { planQuantisation } from './plan-quantisation.ts';

it('makes no quantised copies of networks whose weights fill the memory, and says so', async () => {
  const graph = new Graph('large');
  const length = 2 ** 30 + 4;
  graph.addInitializer('weight', new Tensor('float32', [length / 4], fileStorage('/nowhere', 0, length)));
  const model = new Model(graph, 17);
  const source = { ...structureOf(model), shapes: new Map<string, number[]>() };
  const network = { spiking: true, model, steps: 4, hiddenSteps: 0, sites: [], source } as const;
  const warnings: string[] = [];
  expect(
    await planQuantisation(
      network,
      async () => undefined,
      (text) => warnings.push(text),
    ),
  ).toBeUndefined();
  expect(warnings).toEqual([
    'the equal-bit quantised network is left out: its weights are one more copy in each worker',
  ]);
});
