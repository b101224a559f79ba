import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { createOracleEngine } from '../../engines/oracle-engine.ts';
import { planRun } from '../../engines/plan-run.ts';
import { toHybridForm } from '../../hybrid/to-hybrid-form.ts';
import { lookUp } from '../../look-up.ts';
import { openDataset } from '../../opening/open-dataset.ts';
import { type Network, openNetwork } from '../../opening/open-network.ts';
import { Random } from '../../random.ts';
import { networkKind } from '../../spiking/network-kind.ts';
import { eventHybridNetwork } from '../../training/networks/event-hybrid.ts';
import { type HybridMeasures, measureHybrid } from './measure-hybrid.ts';

const data = 'event-glyphs:test,size=5,steps=4';
const [interval, classes] = [2, 36] as const;

function hybrid(border?: number): Network {
  const settings = eventHybridNetwork.settings.parse({
    kind: 'event-hybrid',
    stages: [[3], [4]],
    hidden: [6],
    interval,
    ...(border !== undefined && { border }),
  });
  const shape = { channels: 2, height: 34, width: 34, classes };
  const { tensors, config } = eventHybridNetwork.initialise(settings, shape, new Random(2));
  const { model } = eventHybridNetwork.architecture.recognise(config, tensors, 'config.json').build();
  const facts = { name: 'h', path: 'hybrid', origin: 'event-hybrid', fingerprint: '' };
  return { ...facts, inputShape: ['T', 2, 34, 34], ...networkKind(toHybridForm(model, interval, 50)) };
}

describe('a hybrid network that is measured', () => {
  let measured: HybridMeasures;
  /** By the reference: spikes of each site, events, and right answers. */
  const seen = { first: 0, second: 0, events: 0, right: [0, 0], atLast: 0 };

  beforeAll(async () => {
    const network = hybrid();
    measured = await measureHybrid(network, { data, batchSize: 2 });
    const plan = planRun(network.model, { stream: 'restarted' });
    const names = plan.sites.map(({ spikes }) => spikes);
    const oracle = await createOracleEngine(planRun(network.model, { stream: 'restarted', keep: names }));
    expect(names).toHaveLength(2);
    const dataset = await openDataset(data);
    for (let i = 0; i < 5; i++) {
      const sample = await dataset.sample(i);
      if (sample.kind !== 'tensor') throw new Error('no tensor');
      seen.events += sample.tensor.data.reduce((sum, each) => sum + each, 0);
      const half = sample.tensor.data.length / 2;
      const logits: number[][] = [];
      let state: Awaited<ReturnType<typeof oracle.run>>['state'];
      for (const part of [0, 1]) {
        const frames = sample.tensor.data.slice(part * half, (part + 1) * half);
        const result = await oracle.run({ shape: [1, interval, 2, 34, 34], data: frames }, state);
        state = result.state;
        const count = (name: string) =>
          Array.from(lookUp(result.values, name, 'spikes').data).filter((each) => each !== 0).length;
        seen.first += count(names[0]!);
        seen.second += count(names[1]!);
        const answer = [...result.logits.data.subarray(classes)].map(Number);
        logits.push(answer);
        if (answer.indexOf(Math.max(...answer)) === sample.label) seen.right[part]! += 1;
      }
      const total = logits[0]!.map((each, k) => each + logits[1]![k]!);
      if (total.indexOf(Math.max(...total)) === sample.label) seen.atLast += 1;
    }
  });

  it('tells classes after each interval and after all of them', () => {
    expect(measured.samples).toBe(5);
    expect(measured.accuracies).toEqual(seen.right.map((right) => right / 5));
    expect(measured.accuracy).toBe(seen.atLast / 5);
  });

  it('tells spikes and the additions that events and spikes trigger, and what is multiplied behind the border', () => {
    expect(seen.first).toBeGreaterThan(100);
    expect(measured.spikes).toEqual({ 'layers.0.0': seen.first / 10, 'layers.1.0': seen.second / 10 });
    // 3×3 kernels: multiply-accumulations of a layer over the elements it reads.
    const macs = [17 * 17 * 3 * 2 * 9, 9 * 9 * 4 * 3 * 9];
    const additions = (seen.events * macs[0]!) / (2 * 34 * 34) + (seen.first * macs[1]!) / (3 * 17 * 17);
    expect(measured.accumulations).toBeCloseTo(additions / 10, 6);
    const head = 4 * 81 * 6 + 6 * classes;
    expect(measured.multiplyAccumulations).toEqual({ hybrid: head, analog: macs[0]! + macs[1]! + head });
  });

  it('tells the traffic over the border in addresses beside as many activations of 8 bits', () => {
    const spikes = seen.second / 10;
    expect(measured.border).toEqual({
      neurons: 324,
      spikes,
      addressBits: 9,
      bits: spikes * 9,
      denseBits: 324 * 8,
    });
  });

  it('tells the energy of an interval beside that of the analog network, on every device', () => {
    expect(measured.energy.length).toBeGreaterThan(3);
    for (const { hybrid: own, analog, ratio } of measured.energy) {
      expect(own).toBeGreaterThan(0);
      expect(ratio).toBeCloseTo(own / analog, 12);
    }
  });

  it('says what it cannot measure', async () => {
    await expect(measureHybrid(hybrid(0), { data })).rejects.toThrow(
      'hybrid: expected a hybrid network with spiking neurons, got a network that does not spike. Train one whose border is not 0.',
    );
    await expect(measureHybrid(hybrid(), { data: 'event-glyphs:test,size=2,steps=3' })).rejects.toThrow(
      'event-glyphs:test,size=2,steps=3: expected samples [steps, 2, height, width] of a multiple of 2 steps, the interval of the network, got [3, 2, 34, 34]. Give events, with the steps that go with the network, as event-glyphs:test,steps=6.',
    );
  });
});

it('the bundled hybrid knows generated glyphs, in less than a megabyte, with few bits over its border', async () => {
  const folder = fileURLToPath(new URL('../../../models/event-glyphs-hybrid', import.meta.url));
  const network = await openNetwork(folder);
  const { accuracy, border } = await measureHybrid(network, {
    data: 'event-glyphs:test,size=40,steps=6',
    batchSize: 40,
  });
  // 97.6 % of a thousand; of forty, five wrong are four standard deviations away.
  expect(accuracy).toBeGreaterThanOrEqual(35 / 40);
  expect(border.bits / border.denseBits).toBeLessThan(0.1);
  expect((await stat(`${folder}/model.safetensors`)).size).toBeLessThan(1_000_000);
});
