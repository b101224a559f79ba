import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeRun } from '../report/evaluation-run.fixture.ts';
import { readRun } from '../runs/read-run.ts';
import { stepMetrics } from './neurobench.ts';

describe('synaptic operations of NeuroBench', () => {
  it('are dense, or those of non-zero inputs and weights, by whether they multiply', () => {
    const operators = [
      { macs: 100, operations: [100, 100, 100], weightDensity: 0.5, accumulates: false },
      { macs: 200, operations: [20, 40, 60], weightDensity: 0.25, accumulates: true },
    ];
    // One hidden step: a run of t steps is one of t + 1.
    expect(stepMetrics(operators, 1)).toEqual([
      { dense: 600, effectiveMacs: 100, effectiveAcs: 15 },
      { dense: 900, effectiveMacs: 150, effectiveAcs: 30 },
    ]);
  });
});

describe('an evaluation', () => {
  let made: Awaited<ReturnType<typeof makeRun>>;
  beforeAll(async () => {
    made = await makeRun({ steps: 2, images: 8 });
  }, 60_000);
  afterAll(() => made.remove());

  it('has the metrics of NeuroBench, as its other numbers have it', async () => {
    const run = await readRun(made.folder);
    if (run.kind !== 'evaluation') throw new Error(run.kind);
    const { neurobench, steps, energy } = run.result;
    if (!neurobench || !energy) throw new Error('no metrics');
    const macs = energy.operators
      .filter(({ opType }) => opType === 'MatMul' || opType === 'Conv' || opType === 'Gemm')
      // Products of two spike trains are three.
      .reduce((sum, { operations, label }) => sum + (label === 'stateful' ? 3 : 1) * operations, 0);
    expect(neurobench.steps.map(({ dense }) => dense)).toEqual([macs, 2 * macs]);
    for (const [
      t,
      { activationSparsity, effectiveMacs, effectiveAcs, dense },
    ] of neurobench.steps.entries()) {
      expect(activationSparsity).toBeCloseTo(1 - (steps[t]?.firingRate ?? 0));
      // Spikes of several sizes are multiplied with their weights.
      expect([effectiveAcs, effectiveMacs > 0, effectiveMacs < dense]).toEqual([0, true, true]);
    }
    expect(neurobench.connectionSparsity).toBeLessThan(0.01);
    expect(neurobench.footprint).toBeGreaterThan(1000);
  });
});
