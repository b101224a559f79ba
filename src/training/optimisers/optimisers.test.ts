import { describe, expect, it } from 'vitest';
import { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import { Model } from '../../graph/model.ts';
import { Tensor } from '../../graph/tensor.ts';
import { evaluateModel } from '../../interpreter/evaluate-model.ts';
import { ndArray, scalar } from '../../interpreter/nd-array.ts';
import type { AnyOptimiser } from './define-optimiser.ts';
import { optimisers } from './optimisers.ts';

const start = [0.5, -1, 2];
const decayed = [1, 0, 1];
const gradients = [
  [0.1, -2, 0.3],
  [0.4, 1, -0.6],
  [-0.2, 0.5, 0],
];
const rate = 0.05;

/** The parameters after three steps, by the emitted operators in float64. */
function trained(optimiser: AnyOptimiser, given: object): number[] {
  const graph = new Graph('update');
  const vector = (name: string) => {
    graph.addInput({ name, dataType: 'float32', shape: [3] });
    return name;
  };
  const update = optimiser.update(
    new GraphBuilder(graph),
    {
      parameters: vector('parameters'),
      gradient: vector('gradient'),
      learningRate: 'rate',
      step: 'step',
      decayed: graph.addInitializer('decayed', Tensor.float32([3], decayed)),
      state: Object.fromEntries(optimiser.state.map((name) => [name, vector(name)])),
    },
    optimiser.options.parse(given),
  );
  for (const name of ['rate', 'step']) graph.addInput({ name, dataType: 'float32', shape: [] });
  const results = [update.parameters, ...optimiser.state.map((name) => update.state[name]!)];
  graph.setOutputs(results.map((name) => ({ name, dataType: 'float32', shape: [3] })));
  const model = new Model(graph, 20);
  let values = [start, ...optimiser.state.map(() => [0, 0, 0])];
  for (const [i, gradient] of gradients.entries()) {
    const inputs = new Map([
      ...['parameters', ...optimiser.state].map((name, k) => [name, ndArray([3], values[k]!)] as const),
      ['gradient', ndArray([3], gradient)],
      ['rate', scalar(rate)],
      ['step', scalar(i + 1)],
    ]);
    const found = evaluateModel(model, inputs);
    values = results.map((name) => [...found.get(name)!.data]);
  }
  return values[0]!;
}

/** Steps of one parameter as PyTorch's documentation writes them. */
function each(
  step: (p: number, g: number, t: number, decays: boolean, memory: number[]) => number,
): number[] {
  return start.map((value, i) => {
    const memory = [0, 0];
    return gradients.reduce(
      (p, gradient, t) => step(p, gradient[i]!, t + 1, decayed[i] === 1, memory),
      value,
    );
  });
}

function adamChange(
  g: number,
  t: number,
  memory: number[],
  beta1: number,
  beta2: number,
  epsilon: number,
): number {
  memory[0] = beta1 * memory[0]! + (1 - beta1) * g;
  memory[1] = beta2 * memory[1]! + (1 - beta2) * g * g;
  const mean = memory[0] / (1 - beta1 ** t);
  return mean / (Math.sqrt(memory[1] / (1 - beta2 ** t)) + epsilon);
}

function expectClose(found: readonly number[], expected: readonly number[]): void {
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 5);
}

describe('optimisers', () => {
  it.each([false, true])('sgd follows PyTorch (nesterov %s)', (nesterov) => {
    const expected = each((p, gradient, _, decays, memory) => {
      const g = gradient + (decays ? 0.1 * p : 0);
      memory[0] = 0.9 * memory[0]! + g;
      return p - rate * (nesterov ? g + 0.9 * memory[0] : memory[0]);
    });
    expectClose(trained(optimisers.sgd, { momentum: 0.9, nesterov, weightDecay: 0.1 }), expected);
  });

  it('adam adds the decay to the gradient', () => {
    const expected = each(
      (p, gradient, t, decays, memory) =>
        p - rate * adamChange(gradient + (decays ? 0.1 * p : 0), t, memory, 0.9, 0.999, 1e-8),
    );
    expectClose(trained(optimisers.adam, { weightDecay: 0.1 }), expected);
  });

  it('adamw shrinks the parameters directly', () => {
    const expected = each((p, gradient, t, decays, memory) => {
      const shrunk = p * (1 - (decays ? rate * 0.1 : 0));
      return shrunk - rate * adamChange(gradient, t, memory, 0.8, 0.95, 1e-3);
    });
    const settings = { weightDecay: 0.1, beta1: 0.8, beta2: 0.95, epsilon: 1e-3 };
    expectClose(trained(optimisers.adamw, settings), expected);
  });

  it('refuse settings they do not know', () => {
    for (const { options } of Object.values(optimisers)) {
      expect(options.safeParse({ learningRate: 1 }).success).toBe(false);
    }
  });
});
