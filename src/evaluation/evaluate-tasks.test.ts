import { beforeAll, describe, expect, it } from 'vitest';
import { convert } from '../conversion/convert.ts';
import type { Batch } from '../data/load-batch.ts';
import { createInGraphEngine } from '../engines/in-graph-engine.ts';
import { planRun } from '../engines/plan-run.ts';
import { type FloatTensor, sliceImages } from '../graph/float-tensor.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { sizeOf } from '../graph/shape.ts';
import { Tensor } from '../graph/tensor.ts';
import { ecmt } from '../methods/ecmt.ts';
import { Random } from '../random.ts';
import { type EvaluationResult, evaluationSchema } from '../results/evaluation-result.ts';
import { OrtSession } from '../sessions/ort-session.ts';
import { evaluate } from './evaluate.ts';

const images = 12;
const steps = 3;
const random = new Random(11);
const numbers = (...shape: number[]) => Float32Array.from({ length: sizeOf(shape) }, () => random.normal());
const input: FloatTensor<Float32Array> = { shape: [images, 8], data: numbers(images, 8) };

/** A perceptron with two layers of GELU before outputs that are reshaped. @param outputs shapes for one image, by name */
function perceptron(outputs: Readonly<Record<string, readonly number[]>>): Model {
  const graph = new Graph('perceptron');
  const build = new GraphBuilder(graph);
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 8] });
  const linear = (from: string, into: number, out: number) =>
    build.op('MatMul', [from, build.constant('w', Tensor.float32([into, out], numbers(into, out)))]);
  const hidden = build.op('Relu', [linear(build.op('Relu', [linear('x', 8, 16)]), 16, 16)]);
  for (const [name, shape] of Object.entries(outputs)) {
    const size = sizeOf(shape);
    build.op('Reshape', [linear(hidden, 16, size), build.integers('shape', [-1, ...shape])], {}, { name });
    graph.addOutput({ name, dataType: 'float32', shape: ['batch', ...shape] });
  }
  return new Model(graph, 17);
}

async function* batches(targets?: readonly FloatTensor[]): AsyncGenerator<Batch> {
  for (let from = 0; from < images; from += 5) {
    const { shape, data } = sliceImages(input, from, from + 5);
    const ids = Array.from({ length: shape[0]! }, (_, i) => `${from + i}`);
    yield {
      ids,
      labels: ids.map(() => undefined),
      shape,
      data,
      ...(targets && { targets: targets.slice(from, from + 5) }),
    };
  }
}

async function run(
  model: Model,
  options: Partial<Parameters<typeof evaluate>[0]> = {},
  targets?: FloatTensor[],
) {
  const end = await evaluate({ model, data: { size: images, batches: () => batches(targets) }, ...options });
  if (!end.finished) throw new Error('not finished');
  expect(evaluationSchema.parse(JSON.parse(JSON.stringify(end.result)))).toEqual(end.result);
  return end.result;
}

async function spikingOf(source: Model): Promise<Model> {
  return (await convert(source, { method: ecmt, steps, calibration: () => [input] })).model;
}

/** What the source network and, after each step, the spiking one give for an output. */
async function answersOf(source: Model, spiking: Model, output: string) {
  const session = await OrtSession.create(source);
  const right = Float64Array.from((await session.run(input)).get(output)!.data);
  await session.release();
  const engine = await createInGraphEngine(planRun(spiking, { keep: [output] }));
  const { values } = await engine.run(input);
  await engine.close();
  const { data } = values.get(output)!;
  const length = right.length;
  return { right, steps: Array.from({ length: steps }, (_, t) => data.slice(t * length, (t + 1) * length)) };
}

function relativeError(own: ArrayLike<number>, right: ArrayLike<number>): number {
  let [error, power] = [0, 0];
  for (let i = 0; i < right.length; i++) {
    error += (own[i]! - right[i]!) ** 2;
    power += right[i]! ** 2;
  }
  return Math.sqrt(error / power);
}

describe('evaluate measures an output as what it is', () => {
  it.each([{ shape: [] }, { shape: [1] }])('one number an image, $shape', async ({ shape }) => {
    const source = perceptron({ y: shape });
    const spiking = await spikingOf(source);
    const targets = Array.from({ length: images }, (_, i) => ({ shape: [1], data: Float32Array.of(i) }));
    const { task, source: accuracy, steps: after, earlyExit, flips } = await run(spiking, {}, targets);
    if (task?.name !== 'regression') throw new Error(`measured as ${task?.name}`);
    const { right, steps: own } = await answersOf(source, spiking, 'y');
    const mean = right.reduce((sum, y) => sum + y / images, 0);
    const spread = Math.sqrt(right.reduce((sum, y) => sum + (y - mean) ** 2, 0));
    for (const [t, { error, r2 }] of task.steps.entries()) {
      const distance = Math.hypot(...Array.from(own[t]!, (y, i) => y - right[i]!));
      expect(error.value).toBeCloseTo(distance / spread, 4);
      const missed = Array.from(own[t]!, (y, i) => (y - i) ** 2).reduce((a, b) => a + b, 0);
      expect(r2.value).toBeCloseTo(1 - missed / 143, 3);
    }
    expect(task.quantised.length).toBeGreaterThan(0);
    expect([accuracy.top1, after[0]!.agreement, earlyExit, flips.images]).toEqual([null, null, [], 0]);
  });

  it.each([
    { shape: [4, 3, 5], axis: 0 },
    { shape: [6, 4], axis: 1 },
  ])('scores at several places, $shape', async ({ shape, axis }) => {
    const source = perceptron({ y: shape });
    const spiking = await spikingOf(source);
    const { task } = await run(spiking, { quantised: false });
    if (task?.name !== 'dense') throw new Error(`measured as ${task?.name}`);
    const { right, steps: own } = await answersOf(source, spiking, 'y');
    const [classes, size] = [shape[axis]!, sizeOf(shape)];
    const positions = size / classes;
    const best = (data: ArrayLike<number>, image: number, p: number) => {
      const at = (c: number) => data[image * size + (axis === 0 ? c * positions + p : p * classes + c)]!;
      const scores = Array.from({ length: classes }, (_, c) => at(c));
      return scores.indexOf(Math.max(...scores));
    };
    for (const [t, { agreement, relativeError: error, miou }] of task.steps.entries()) {
      let same = 0;
      for (let image = 0; image < images; image++)
        for (let p = 0; p < positions; p++) same += Number(best(own[t]!, image, p) === best(right, image, p));
      expect(agreement.value).toBeCloseTo(same / (images * positions), 12);
      expect(error.value).toBeCloseTo(relativeError(own[t]!, right), 4);
      expect(miou.value).toBeNull();
    }
  });

  it('classes with further axes of length 1 as classes', async () => {
    const { task, steps: after } = await run(await spikingOf(perceptron({ y: [5, 1, 1] })), {
      quantised: false,
    });
    expect(task).toBeUndefined();
    expect(after.at(-1)!.agreement).toBeGreaterThan(0.5);
  });

  it('on 8-bit synapses, whose cost is told for classes alone', async () => {
    const warnings: string[] = [];
    const spiking = await spikingOf(perceptron({ y: [1] }));
    const onWarning = (message: string) => warnings.push(message);
    const { synapses, task } = await run(spiking, { synapses: 'int8', quantised: false, onWarning });
    expect([synapses, task?.name]).toEqual([null, 'regression']);
    expect(warnings).toEqual([
      'what 8-bit synapses cost is measured on classes alone; to see it for regression, evaluate on float32 synapses, too',
    ]);
  });

  it('decisions of the network itself as equal or not, in whole numbers', async () => {
    const source = perceptron({ scores: [4] });
    const { graph } = source;
    new GraphBuilder(graph).op('ArgMax', ['scores'], { axis: 1, keepdims: 0 }, { name: 'best' });
    graph.setOutputs([{ name: 'best', dataType: 'int64', shape: ['batch'] }]);
    const spiking = await spikingOf(source);
    const targets = Array.from({ length: images }, (_, i) => ({ shape: [], data: Float32Array.of(i % 4) }));
    const { task } = await run(spiking, { quantised: false }, targets);
    if (task?.name !== 'decision') throw new Error(`measured as ${task?.name}`);
    const session = await OrtSession.create(source);
    const right = (await session.run(input)).get('best')!.data;
    await session.release();
    const engine = await createInGraphEngine(planRun(spiking));
    const { logits } = await engine.run(input);
    await engine.close();
    const share = (holds: (i: number) => boolean) => targets.filter((_, i) => holds(i)).length / images;
    expect(task.source.accuracy.value).toBeCloseTo(share((i) => right[i] === i % 4));
    for (const [t, { agreement }] of task.steps.entries())
      expect(agreement.value).toBeCloseTo(share((i) => logits.data[t * images + i] === right[i]));
  });

  it('points in a space where that is said', async () => {
    const spiking = await spikingOf(perceptron({ y: [10] }));
    const { task } = await run(spiking, { task: 'embedding', quantised: false });
    if (task?.name !== 'embedding') throw new Error(`measured as ${task?.name}`);
    expect(task.source).toMatchObject({ cosine: { value: 1 }, neighbours: { value: 1 } });
    expect(task.steps.at(-1)!.cosine.value).toBeGreaterThan(0.9);
    expect(task.steps.at(-1)!.cosine.value).toBeLessThan(1);
  });
});

describe('evaluate of a network with several outputs', () => {
  const source = perceptron({ boxes: [3, 4], logits: [5] });
  let spiking: Model;
  beforeAll(async () => {
    spiking = await spikingOf(source);
  });
  const fast = (options: object): Promise<EvaluationResult> => run(spiking, { quantised: false, ...options });

  it('measures the one that is called logits, and says how far the other is off', async () => {
    const { task, output, otherOutputs, steps: after } = await fast({});
    expect([task, output]).toEqual([undefined, 'logits']);
    expect(after.at(-1)!.agreement).not.toBeNull();
    const { right, steps: own } = await answersOf(source, spiking, 'boxes');
    expect(otherOutputs!.map(({ name }) => name)).toEqual(['boxes']);
    for (const [t, error] of otherOutputs![0]!.relativeError.entries())
      expect(error).toBeCloseTo(relativeError(own[t]!, right), 4);
    expect(otherOutputs![0]!.relativeError).toHaveLength(steps);
  });

  it('measures the one that is chosen, in any engine', async () => {
    for (const engine of ['fast', 'in-graph'] as const) {
      const { task, output, otherOutputs } = await fast({ output: 'boxes', engine });
      expect([task?.name, output, otherOutputs![0]!.name]).toEqual(['dense', 'boxes', 'logits']);
    }
  });

  it('refuses an output that is not there, a task that does not fit, and exits without classes', async () => {
    await expect(fast({ output: 'masks' })).rejects.toThrow(
      "graph 'perceptron': expected one of its outputs: boxes, logits, got 'masks'. Choose one of these.",
    );
    await expect(fast({ output: 'boxes', task: 'classification' })).rejects.toThrow(
      'expected an output for classification',
    );
    await expect(fast({ output: 'boxes', exitConfidence: 0.9 })).rejects.toThrow(
      'early exits: expected a network that tells classes, got one for dense. Leave the confidence out.',
    );
  });
});

describe('evaluate of a network that sees objects', () => {
  const source = perceptron({ boxes: [6, 4], scores: [6, 3] });
  let spiking: Model;
  beforeAll(async () => {
    spiking = await spikingOf(source);
  });
  /** Objects of an image: boxes of the source network, each with its best class. */
  async function objects(): Promise<FloatTensor[]> {
    const { right: boxes } = await answersOf(source, spiking, 'boxes');
    const { right: scores } = await answersOf(source, spiking, 'scores');
    return Array.from({ length: images }, (_, image) => {
      const rows = Array.from({ length: 6 }, (_, k) => {
        const at = (column: number) => boxes[(image * 6 + k) * 4 + column]!;
        const own = [0, 1, 2].map((c) => scores[(image * 6 + k) * 3 + c]!);
        const name = own.indexOf(Math.max(...own));
        return { box: [at(0), at(1), at(2), at(3)], name, score: own[name]! };
      }).filter(({ box: [l, t, r, b], score }) => l! < r! && t! < b! && score > 0.001);
      return {
        shape: [rows.length, 9],
        data: Float64Array.from(rows.flatMap(({ box, name }) => [...box, 0, 0, name, name, 3])),
      };
    });
  }
  const head = { head: 'boxes-and-scores', unit: 'shares' } as const;

  it('measures its boxes by the rules of COCO, at every step, in any engine', async () => {
    const targets = await objects();
    expect(targets.some(({ shape }) => shape[0]! > 0)).toBe(true);
    const results = [];
    for (const engine of ['fast', 'in-graph'] as const) {
      const result = await run(spiking, { head, engine }, targets);
      if (result.task?.name !== 'detection') throw new Error(`measured as ${result.task?.name}`);
      results.push(result.task);
      expect(result.output).toBe('detections');
      expect(result.otherOutputs!.map(({ name }) => name)).toEqual(['boxes', 'scores']);
      expect(result.task.quantised.length).toBeGreaterThan(0);
    }
    const [first, second] = results;
    expect(first!.source.agreement.value).toBe(1);
    // Every object is found; what a box has beside its best class is wrong, but behind it.
    expect(first!.source.map.value).toBeGreaterThan(0.5);
    for (const [t, { agreement, map }] of first!.steps.entries()) {
      expect(agreement.value).toBeGreaterThan(0);
      expect(map.value).toBeCloseTo(second!.steps[t]!.map.value!, 3);
    }
  });

  it('says what boxes in pixels lack where the input is no picture', async () => {
    await expect(run(spiking, { task: 'detection' })).rejects.toThrow(
      "boxes in pixels: expected an input [N, channels, height, width] of known size, got [batch,8]. Export the network for one size, or declare the head with unit 'shares' if its boxes are that",
    );
  });

  it('measures an output on its own where that is said, and refuses a head that does nothing', async () => {
    const { task, output } = await run(spiking, { output: 'boxes', quantised: false });
    expect([task?.name, output]).toEqual(['dense', 'boxes']);
    await expect(run(spiking, { task: 'dense', head })).rejects.toThrow(
      'detection head: expected the task detection, got dense. Leave the head or the task out',
    );
  });
});
