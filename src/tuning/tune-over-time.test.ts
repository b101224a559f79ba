import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Batch } from '../data/load-batch.ts';
import { evaluateSource } from '../engines/evaluate-source.fixture.ts';
import { createOracleEngine } from '../engines/oracle-engine.ts';
import { planRun } from '../engines/plan-run.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { InputTensor } from '../graph/input-batch.ts';
import { Model } from '../graph/model.ts';
import { sizeOf } from '../graph/shape.ts';
import { Tensor } from '../graph/tensor.ts';
import { bestClass } from '../metrics/divergence.ts';
import { Random } from '../random.ts';
import { giveTimeAxis } from '../spiking/inputs-over-time.ts';
import { stepsOf } from '../spiking/neuron-node.ts';
import { TuningJournal } from './search/tuning-journal.ts';
import { type TuneOptions, tune } from './tune.ts';

const folder = mkdtempSync(join(tmpdir(), 'tune-over-time-'));
afterAll(() => rmSync(folder, { recursive: true }));

const [samples, steps] = [8, 3];
const random = new Random(5);
const numbers = (...shape: number[]) => Float32Array.from({ length: sizeOf(shape) }, () => random.normal());

function perceptron(): Model {
  const graph = new Graph('perceptron');
  const build = new GraphBuilder(graph);
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 8] });
  const linear = (from: string, into: number, out: number) =>
    build.op('MatMul', [from, build.constant('w', Tensor.float32([into, out], numbers(into, out)))]);
  const hidden = build.op('Relu', [linear(build.op('Relu', [linear('x', 8, 16)]), 16, 16)]);
  build.op('Identity', [linear(hidden, 16, 3)], {}, { name: 'y' });
  graph.addOutput({ name: 'y', dataType: 'float32', shape: ['batch', 3] });
  return giveTimeAxis(new Model(graph, 18), { x: 'running-mean' });
}

const batches: Batch[] = Array.from({ length: 4 }, (_, batch) => {
  const ids = Array.from({ length: samples }, (_each, i) => `${batch}.${i}`);
  return {
    ids,
    labels: ids.map(() => undefined),
    shape: [samples, steps, 8],
    data: numbers(samples, steps, 8),
  };
});
const source = perceptron();

async function run(name: string, options: Partial<TuneOptions>) {
  return tune(source, {
    goal: { kind: 'energy', ecmtRatio: 0.9 },
    steps,
    ladders: ['base-2'],
    async *calibration() {
      yield* batches;
    },
    journal: await TuningJournal.open(join(folder, name), { name }),
    threads: 1,
    onProgress: () => undefined,
    ...options,
  });
}

const bestOf = (rows: ArrayLike<number>, row: number) =>
  bestClass(Float32Array.from({ length: 3 }, (_, i) => rows[3 * row + i]!));

describe('a network with an input over time', () => {
  it('is tuned for the T of its data, with every schedule of that', async () => {
    const tuned = (await run('energy', {}))!;
    expect(tuned.points.length).toBeGreaterThan(steps);
    expect(new Set(tuned.points.map(({ schedule }) => schedule.steps))).toEqual(new Set([steps]));
    expect(new Set(tuned.points.map(({ schedule }) => schedule.window))).toEqual(new Set([1, 2, 3]));
    expect(tuned.points.some(({ biasCorrected }) => biasCorrected)).toBe(true);
    expect(tuned.reached).toBe(true);
    expect(tuned.record.parityDeviation).toBeLessThan(1e-4);
    expect(stepsOf(tuned.model)).toBe(steps);
    // What it says of the network that it chose is what the reference finds: every other batch was held out.
    const engine = createOracleEngine(planRun(tuned.model));
    const held = batches.filter((_, i) => i % 2 === 1);
    let agreeing = 0;
    for (const { shape, data } of held as InputTensor[]) {
      const { logits } = await engine.run({ shape, data });
      const last = logits.data.slice(-samples * 3);
      const means = evaluateSource(source, { shape, data }).data;
      for (let i = 0; i < samples; i++) if (bestOf(last, i) === bestOf(means, i)) agreeing++;
    }
    expect(tuned.point.measured.agreement).toBeCloseTo(agreeing / (2 * samples), 10);
  });

  it('is not tuned for another T than its data have', async () => {
    await expect(run('other', { steps: 4 })).rejects.toThrow(
      "inputs over time 'x': expected as many steps as are tuned for, 4: T is that of the data, got 3. Tune for 3 steps, or give other data.",
    );
  });
});
