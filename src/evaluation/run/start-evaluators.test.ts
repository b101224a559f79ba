import { beforeEach, expect, test, vi } from 'vitest';
import { Graph } from '../../graph/graph.ts';
import { Model } from '../../graph/model.ts';
import type { Evaluator, EvaluatorOptions } from './evaluator.ts';

// As in a program that never imported the package's own entry.
beforeEach(() => vi.resetModules());

const options: EvaluatorOptions = {
  network: { spiking: false, model: new Model(new Graph('none'), 17) },
  threads: 1,
  engine: 'fast',
  synapses: 'float32',
  task: 'classification',
};

test('there are no workers where nothing starts threads', async () => {
  const { startEvaluators } = await import('./start-evaluators.ts');
  await expect(startEvaluators(2, options, () => undefined)).rejects.toThrow(
    "evaluation: expected 0 workers, since there are no threads, got 2. Import 'transpike', which brings threads, or leave workers at 0.",
  );
});

test('when one thread cannot start, none is left running', async () => {
  const { installEvaluatorThreads, startEvaluators } = await import('./start-evaluators.ts');
  const closed: number[] = [];
  let count = 0;
  installEvaluatorThreads(async (): Promise<Evaluator> => {
    const number = ++count;
    if (number === 2) throw new Error('no room for thread 2');
    return {
      evaluate: () => Promise.reject(new Error('not asked')),
      close: async () => {
        closed.push(number);
      },
    };
  });
  await expect(startEvaluators(3, options, () => undefined)).rejects.toThrow('no room for thread 2');
  expect(closed).toEqual([1, 3]);
});
