import { readdirSync } from 'node:fs';
import ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { convert } from '../../src/conversion/convert.ts';
import { engines } from '../../src/engines/engines.ts';
import { planRun } from '../../src/engines/plan-run.ts';
import { ecmt } from '../../src/methods/ecmt.ts';
import { openNetwork } from '../../src/opening/open-network.ts';
import { OrtSession } from '../../src/sessions/ort-session.ts';
import { hasShared, shared } from './shared-folder.ts';
import { floats, isText, samplesOf, textsOf } from './zoo-samples.ts';

const there = hasShared('golden', 'zoo');
const folders = there
  ? readdirSync(shared('golden', 'zoo'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
  : [];

/** What the network of a folder reads, as the runtime takes it. */
async function feedsOf(name: string): Promise<Record<string, ort.Tensor>> {
  if (!isText(name)) {
    const { data, shape } = await floats(name, 'input.npy');
    return { x: new ort.Tensor('float32', data as Float32Array, [...shape]) };
  }
  return Object.fromEntries(
    Object.entries(await textsOf(name)).map(([input, { data, shape }]) => [
      input,
      new ort.Tensor('int64', data as BigInt64Array, shape),
    ]),
  );
}

/** The largest deviation of a number from another one. */
function largestOf(numbers: ArrayLike<number>, from: (i: number) => number): number {
  return Array.from(numbers, (value, i) => Math.abs(value - from(i))).reduce((a, b) => Math.max(a, b), 0);
}

describe.skipIf(!there)('checkpoints of timm and transformers', () => {
  it.each(folders)('%s: logits within 1e-5 of the largest', async (name) => {
    const { model } = await openNetwork(shared('golden', 'zoo', name));
    const expected = await floats(name, 'logits.npy');
    const session = await OrtSession.create(model);
    const feeds = await feedsOf(name);
    const { logits } = await session.runTensors(feeds).finally(() => session.release());
    const data = logits!.data as Float32Array;
    const largest = largestOf(expected.data, () => 0);
    const deviation = largestOf(data, (i) => expected.data[i]!);
    expect([...logits!.dims]).toEqual([...expected.shape]);
    expect(deviation / largest).toBeLessThan(1e-5);
  });

  it.each(folders)('%s: is converted by ecmt', async (name) => {
    const { model } = await openNetwork(shared('golden', 'zoo', name));
    const inputs = await samplesOf(name);
    const { record } = await convert(model, { method: ecmt, steps: 4, calibration: () => [inputs] });
    expect(record.sites.length).toBeGreaterThan(1);
    expect(record.parityDeviation).toBeLessThan(1e-4);
  });

  it('come nearer to their sources as the paper has it: the error at T = 16 is at most 0.39 of that at T = 4', async () => {
    const near: string[] = [];
    for (const name of folders) if ((await errorRatio(name)) <= 0.39) near.push(name);
    expect(near.length).toBeGreaterThanOrEqual(40);
    expect(near).toEqual(expect.arrayContaining(['hf-bert', 'hf-gpt2']));
  });
});

/** Mean error of the logits at T = 16 relative to that at T = 4, of one conversion for T = 16. */
async function errorRatio(name: string): Promise<number> {
  const { model } = await openNetwork(shared('golden', 'zoo', name));
  const inputs = await samplesOf(name);
  const { model: spiking } = await convert(model, { method: ecmt, steps: 16, calibration: () => [inputs] });
  const source = await OrtSession.create(model);
  const { data: right } = (await source.run(inputs)).get('logits')!;
  await source.release();
  const engine = await engines.fast(planRun(spiking, { steps: 16 }), {});
  const { data } = (await engine.run(inputs)).logits;
  await engine.close();
  const errorAt = (t: number) =>
    Array.from(right).reduce((sum, value, i) => sum + Math.abs(data[(t - 1) * right.length + i]! - value), 0);
  return errorAt(16) / errorAt(4);
}
