import { describe, expect, it } from 'vitest';
import { float } from '../../graph/node.ts';
import { Tensor } from '../../graph/tensor.ts';
import { evaluateModel } from '../../interpreter/evaluate-model.ts';
import { ndArray } from '../../interpreter/nd-array.ts';
import { losses } from '../../training/step/losses.ts';
import { drawInputs, expectTrueGradients, lossOf, type TestedInput } from '../central-differences.fixture.ts';
import { differentiate } from '../differentiate.ts';
import { batchNormalisationTraining } from './batch-normalisation-training.ts';
import { floorStraightThrough, roundStraightThrough, stopGradient } from './straight-through.ts';
import { type SurrogateName, surrogates } from './surrogates.ts';
import { addTrainingOperator, carryTrainingOperators } from './training-operator.ts';
import { trainingOperators } from './training-operators.ts';

const slopes: Record<SurrogateName, (x: number, a: number) => number> = {
  rectangle: (x, a) => (Math.abs(x) < 1 / (2 * a) ? a : 0),
  triangle: (x, a) => a * Math.max(0, 1 - a * Math.abs(x)),
  sigmoid: (x, a) => (a * Math.exp(-a * x)) / (1 + Math.exp(-a * x)) ** 2,
  arctan: (x, a) => a / 2 / (1 + ((Math.PI * a * x) / 2) ** 2),
  exponential: (x, a) => a * Math.exp(-Math.abs(x)),
};

/** Outputs and gradient of Σ operator(x) for some x. */
async function spikesAndGradient(
  operator: (typeof trainingOperators)[number],
  values: number[],
  attributes = {},
) {
  const input: TestedInput = { shape: [values.length], values };
  const model = lossOf(
    [input],
    (build, [x]) => addTrainingOperator(build, operator, [x!], attributes, { name: 'y' }),
    [[values.length]],
  );
  // The loss weighs each output by a random number; ones make the gradient the slope itself.
  model.graph.setInitializer(
    'weights',
    Tensor.float32(
      [values.length],
      values.map(() => 1),
    ),
  );
  const result = await differentiate(model, 'loss', ['x0']);
  const gradient = result.gradients.get('x0')!;
  const found = evaluateModel(result.model, drawInputs([input]), { keep: new Set(['y', gradient]) });
  return { y: [...found.get('y')!.data], slope: [...found.get(gradient)!.data] };
}

describe('spike functions', () => {
  const points = [-1.3, -0.4, -0.1, 0, 0.05, 0.45, 2];

  it.each(Object.keys(surrogates) as SurrogateName[])(
    '%s fires from 0 on and has the slope of its surrogate',
    async (name) => {
      for (const sharpness of [0.7, 2.5]) {
        const { y, slope } = await spikesAndGradient(surrogates[name], points, {
          sharpness: float(sharpness),
        });
        expect(y).toEqual(points.map((x) => Number(x >= 0)));
        for (const [i, x] of points.entries()) expect(slope[i]).toBeCloseTo(slopes[name](x, sharpness), 6);
      }
    },
  );
});

describe('straight-through operators', () => {
  it('round and cut forwards, and pass the gradient as it is', async () => {
    const values = [-1.5, -0.2, 0.5, 1.5, 2.7];
    const floor = await spikesAndGradient(floorStraightThrough, values);
    expect(floor.y).toEqual([-2, -1, 0, 1, 2]);
    expect(floor.slope).toEqual([1, 1, 1, 1, 1]);
    const round = await spikesAndGradient(roundStraightThrough, values);
    expect(round.y.map((value) => value + 0)).toEqual([-2, 0, 0, 2, 3]);
    expect(round.slope).toEqual([1, 1, 1, 1, 1]);
  });

  it('StopGradient keeps the value and passes no gradient', async () => {
    const inputs: TestedInput[] = [{ shape: [3] }];
    const model = lossOf(
      inputs,
      (build, [x]) =>
        build.op('Mul', [x!, addTrainingOperator(build, stopGradient, [x!], {}, { name: 'held' })]),
      [[3]],
    );
    const { model: trained, gradients } = await differentiate(model, 'loss', ['x0']);
    const name = gradients.get('x0')!;
    const found = evaluateModel(trained, drawInputs(inputs), { keep: new Set([name, 'held']) });
    const weights = model.graph.initializers.get('weights')!.toNumbers();
    const held = found.get('held')!.data;
    expect([...found.get(name)!.data]).toEqual([...held].map((value, i) => value * weights[i]!));
  });
});

describe('BatchNormalizationTraining', () => {
  it('has the gradients of its parts', async () => {
    const inputs: TestedInput[] = [{ shape: [3, 2, 2, 3] }, { shape: [2] }, { shape: [2] }];
    const model = lossOf(
      inputs,
      (build, names) =>
        build.ops(batchNormalisationTraining.name, names, 4, {}, { domain: 'transpike.training' })[0]!,
      [[3, 2, 2, 3]],
    );
    carryTrainingOperators(model, trainingOperators);
    await expectTrueGradients(model, drawInputs(inputs));
  });
});

describe('losses', () => {
  it('cross-entropy has the gradient of its definition, also of smoothed targets', async () => {
    const inputs: TestedInput[] = [{ shape: [3, 4] }];
    const targets = Tensor.float32([3, 4], [1, 0, 0, 0, 0.1, 0.7, 0.1, 0.1, 0.25, 0.25, 0.25, 0.25]);
    const model = lossOf(
      inputs,
      (build, [x]) => losses['cross-entropy'](build, x!, build.constant('targets', targets)),
      [[]],
    );
    carryTrainingOperators(model, trainingOperators);
    await expectTrueGradients(model, drawInputs(inputs));
    const found = evaluateModel(model, { x0: ndArray([3, 4], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]) });
    expect(found.get('loss')!.data[0]!).toBeCloseTo(Math.log(4), 6);
  });

  it('mse has the gradient of its definition', async () => {
    const inputs: TestedInput[] = [{ shape: [3, 4] }, { shape: [3, 4] }];
    const model = lossOf(inputs, (build, [a, b]) => losses.mse(build, a!, b!), [[]]);
    await expectTrueGradients(model, drawInputs(inputs));
  });
});
