import { describe, expect, it } from 'vitest';
import type { TensorSample } from '../data/dataset.ts';
import { objectColumns } from '../data/object-columns.ts';
import { collectEvents } from '../formats/events/events.ts';
import { openDataset } from '../opening/open-dataset.ts';

async function first(address: string): Promise<TensorSample> {
  const sample = await (await openDataset(address)).sample(0);
  if (sample.kind !== 'tensor') throw new Error('no tensor');
  return sample;
}

const sum = (data: Float32Array) => data.reduce((total, each) => total + each, 0);

describe('event-glyphs', () => {
  it('gives counts of events in T frames with classes, the same for the same address', async () => {
    const dataset = await openDataset('event-glyphs:train,size=500');
    expect([dataset.kind, dataset.size, dataset.labelled, dataset.id(3)]).toEqual([
      'event-glyphs',
      500,
      true,
      'train/3',
    ]);
    expect(dataset.classNames).toHaveLength(36);
    const [sample, again] = [await first('event-glyphs'), await first('event-glyphs:test')];
    expect(sample).toEqual(again);
    expect(sample.tensor.shape).toEqual([12, 2, 34, 34]);
    expect(sum(sample.tensor.data)).toBeGreaterThan(1500);
    expect(sum(sample.tensor.data)).toBeLessThan(12_000);
    expect((await first('event-glyphs,seed=1')).tensor.data).not.toEqual(sample.tensor.data);
    expect((await first('event-glyphs:train')).tensor.data).not.toEqual(sample.tensor.data);
  });

  it('counts in as many frames as are wanted, by time or by number', async () => {
    const options = { steps: 3 };
    const sample = await (await openDataset('event-glyphs', options)).sample(0);
    expect(sample).toMatchObject({ tensor: { shape: [3, 2, 34, 34] } });
    const { tensor } = await first('event-glyphs,steps=4,by=count');
    const each = tensor.data.length / 4;
    const sums = [0, 1, 2, 3].map((i) => sum(tensor.data.subarray(i * each, (i + 1) * each)));
    expect(Math.max(...sums) - Math.min(...sums)).toBeLessThanOrEqual(1);
  });

  it('gives the events themselves, too', async () => {
    const dataset = await openDataset('event-glyphs');
    const recording = await dataset.recording?.(0);
    const events = await collectEvents(recording?.chunks() ?? []);
    expect(recording).toMatchObject({ width: 34, height: 34 });
    expect(events.t.length).toBe(sum((await first('event-glyphs')).tensor.data));
    expect([...events.t]).toEqual([...events.t].sort((a, b) => a - b));
  });

  it('says everything that is wrong with an address', async () => {
    await expect(openDataset('event-glyphs:val,steps=0,sensor=blind,side=3')).rejects.toThrow(
      "event-glyphs:val,steps=0,sensor=blind,side=3: expected event-glyphs:train or event-glyphs:test, with ,size= from 1 to 100000000, ,seed= from 0 on, ,steps= from 1 to 10000, ,by= time or count and ,sensor= everyday or ideal or clean or noisy, got split 'val', steps 0, sensor blind, setting 'side'. Write, for example, 'event-glyphs:test,size=500'.",
    );
  });
});

describe('event-glyphs-boxes', () => {
  it('gives counts with the boxes at the end of each interval', async () => {
    const { tensor, target, targetsOverTime } = await first(
      'event-glyphs-boxes,width=80,height=60,intervals=2',
    );
    expect(tensor.shape).toEqual([12, 2, 60, 80]);
    expect(targetsOverTime).toHaveLength(2);
    expect(target).toEqual(targetsOverTime?.[1]);
    expect(target?.shape).toEqual([target?.shape[0], objectColumns.length]);
  });

  it('tells boxes that hold the events of their interval', async () => {
    const dataset = await openDataset('event-glyphs-boxes:test,objects=1,sensor=ideal');
    for (let i = 0; i < 5; i++) {
      const { target, targetsOverTime } = (await dataset.sample(i)) as TensorSample;
      expect(targetsOverTime).toHaveLength(3);
      const recording = await dataset.recording?.(i);
      const { t, x, y } = await collectEvents(recording?.chunks() ?? []);
      if (target?.shape[0] !== 1) continue;
      const [left = 0, top = 0, right = 0, bottom = 0] = target.data;
      expect(right - left).toBeGreaterThan(0);
      // Without noise all events of the last moments lie on the edges of the one glyph.
      const last = [...t.keys()].filter((event) => t[event]! > 299_000);
      for (const event of last) {
        expect((x[event]! + 0.5) / 64).toBeGreaterThan(left - 2.5 / 64);
        expect((x[event]! + 0.5) / 64).toBeLessThan(right + 2.5 / 64);
        expect((y[event]! + 0.5) / 64).toBeGreaterThan(top - 2.5 / 64);
        expect((y[event]! + 0.5) / 64).toBeLessThan(bottom + 2.5 / 64);
      }
    }
  });
});
