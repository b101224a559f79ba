import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { logitsOf } from '../analysis/logits-of.ts';
import { convert } from '../conversion/convert.ts';
import { engines } from '../engines/engines.ts';
import { planRun } from '../engines/plan-run.ts';
import { ecc } from '../methods/ecc.ts';
import { openNetwork } from '../opening/open-network.ts';
import { numbers } from '../passes/compare-in-runtime.fixture.ts';
import { OrtSession } from '../sessions/ort-session.ts';
import { quantiseNetwork } from './quantise-network.ts';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'transpike-quantise-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

const data = { data: 'glyphs:train?size=64', testData: 'glyphs:test?size=32' };
const short = { epochs: 1, batchSize: 32 };

describe('quantiseNetwork', () => {
  it('writes a network whose activations are charge-aligned neurons at T = 2^b − 1', async () => {
    const out = await folder();
    const source = await openNetwork('models/glyphs-cnn');
    const output = join(out, 'net.qdq.onnx');
    const bits = { weights: 1, activations: 2 };
    const settings = { ...data, ...short, bits, widen: 2, folder: join(out, 'run'), output };
    const { size, narrow, finished } = await quantiseNetwork(source, settings);
    expect(finished).toBe(true);
    expect(size.weights).toBeGreaterThan(2 * narrow.weights);
    const quantised = await openNetwork(output);
    const input = { shape: [3, 1, 32, 32], data: Float32Array.from(numbers(3 * 1024, 4)) };
    const { model } = await convert(quantised.model, {
      method: ecc,
      preset: 'scales',
      steps: 3,
      calibration: () => [input],
    });
    const engine = await engines.fast(planRun(model), {});
    const { logits } = await engine.run(input).finally(() => engine.close());
    const { readOnnx } = await import('../files/read-onnx.ts');
    const written = await readOnnx(output);
    const runIn = async (optimise: 'none' | 'all') => {
      const session = await OrtSession.create(written, { optimise });
      const found = await session.run(input).finally(() => session.release());
      return found.get(logitsOf(written).name)?.data ?? [];
    };
    const expected = await runIn('none');
    const last = logits.data.subarray(-expected.length);
    const largest = Math.max(...Array.from(expected, Math.abs));
    // Whole-number products would round biases to whole steps; an activation between two levels may become either.
    for (const [i, value] of Array.from(await runIn('all')).entries())
      expect(Math.abs(value - (expected[i] ?? Number.NaN)) / largest).toBeLessThan(0.01);
    for (const [i, value] of Array.from(expected).entries())
      expect(Math.abs(value - (last[i] ?? Number.NaN)) / largest).toBeLessThan(1e-4);
  });
});
