import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TensorSample } from '../data/dataset.ts';
import { temporaryData } from '../decoding/temporary-data.fixture.ts';
import { writeEvents } from '../files/events/write-events.ts';
import { EventWriter } from '../formats/events/events.ts';
import { absoluteDataPath } from '../opening/absolute-data-path.ts';
import { openDataset } from '../opening/open-dataset.ts';

const newFolder = () => mkdtemp(join(tmpdir(), 'transpike-event-data-'));

/** A file with events at one pixel, every 1000 µs. */
async function put(path: string, x: number, count: number, size = { width: 34, height: 34 }): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const writer = new EventWriter();
  for (let i = 0; i < count; i++) writer.push(1000 * i, x, 2, 1);
  await writeEvents(path, size, [writer.take()]);
}

const sum = ({ tensor }: TensorSample) => tensor.data.reduce((total, each) => total + each, 0);
const word32 = (value: number) => [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24];

describe('data sets of event files', () => {
  it('are class folders, with parts as N-MNIST has them', async () => {
    const folder = await newFolder();
    await put(join(folder, 'Test/0/1.bin'), 3, 20);
    await put(join(folder, 'Test/7/1.bin'), 4, 30);
    await put(join(folder, 'Train/0/2.bin'), 5, 40);
    const test = await openDataset(folder, { steps: 5 });
    expect([test.kind, test.size, test.classNames]).toEqual(['event-folder', 2, ['0', '7']]);
    const sample = (await test.sample(1)) as TensorSample;
    expect([sample.id, sample.label, sample.tensor.shape, sum(sample)]).toEqual([
      '7/1.bin',
      1,
      [5, 2, 34, 34],
      30,
    ]);
    const train = await openDataset(folder, { split: 'train' });
    expect([train.size, train.id(0)]).toEqual([1, '0/2.bin']);
    await expect(openDataset(folder, { split: 'val' })).rejects.toThrow(
      `${folder}: expected a folder for 'val', got 'Test', 'Train'. Choose one of these with the option split, as train or test.`,
    );
  });

  it('are gestures, as DVS128 Gesture lists them', async () => {
    const folder = await newFolder();
    await put(join(folder, 'user01_led.raw'), 3, 100, { width: 128, height: 128 });
    const labels = 'class,startTime_usec,endTime_usec\n1,0,10000\n11,20000,95000\n';
    await writeFile(join(folder, 'user01_led_labels.csv'), labels);
    // The recordings are .aedat; what a file is, its first bytes say.
    const { rename } = await import('node:fs/promises');
    await rename(join(folder, 'user01_led.raw'), join(folder, 'user01_led.aedat'));
    const dataset = await openDataset(folder);
    expect([dataset.kind, dataset.size, dataset.id(1)]).toEqual(['dvs-gesture', 2, 'user01_led/1']);
    const samples = (await Promise.all([0, 1].map((i) => dataset.sample(i)))) as TensorSample[];
    expect(samples.map(({ label }) => label)).toEqual([0, 10]);
    expect(samples.map(sum)).toEqual([10, 75]);
    await writeFile(join(folder, 'user01_led_labels.csv'), 'class,a,b\n12,0,10\n');
    await expect(openDataset(folder)).rejects.toThrow(
      "user01_led_labels.csv: no list of gestures. Correct:\n  - line 2: expected class (1 to 11), begin and end in microseconds, got '12,0,10'",
    );
  });

  it('are moments with boxes, as GEN1 has them', async () => {
    const folder = await newFolder();
    await put(join(folder, 'a_td.dat'), 3, 1000, { width: 304, height: 240 });
    const descr =
      "[('ts', '<u8'), ('x', '<f4'), ('y', '<f4'), ('w', '<f4'), ('h', '<f4'), ('class_id', '|u1')]";
    const text = `{'descr': ${descr}, 'fortran_order': False, 'shape': (3,), }`;
    const float = (value: number) => [...new Uint8Array(Float32Array.of(value).buffer)];
    const box = (t: number, x: number, label: number) => [
      ...[...word32(t), ...word32(0), ...float(x), ...float(24), ...float(76)],
      ...[...float(48), label],
    ];
    const head = [0x93, ...new TextEncoder().encode('NUMPY'), 1, 0, text.length + 1, 0];
    const boxes = [...box(300_000, 30.4, 1), ...box(300_000, 152, 0), ...box(600_000, 0, 0)];
    const bytes = [...head, ...new TextEncoder().encode(`${text}\n`), ...boxes];
    await writeFile(join(folder, 'a_bbox.npy'), Uint8Array.from(bytes));
    const dataset = await openDataset(folder);
    expect([dataset.kind, dataset.size, dataset.id(0)]).toEqual(['gen1-boxes', 2, 'a/300000']);
    const { target, tensor, ...sample } = (await dataset.sample(0)) as TensorSample;
    expect(tensor.shape).toEqual([12, 2, 240, 304]);
    expect(sum({ ...sample, tensor })).toBe(250);
    const rows = Array.from({ length: 2 }, (_, i) => [...(target?.data ?? []).slice(9 * i, 9 * i + 9)]);
    expect(
      rows.map(([left = 0, top, right = 0, bottom]) => [left.toFixed(4), top, right.toFixed(4), bottom]),
    ).toEqual([
      ['0.1000', 0.1, '0.3500', 0.3],
      ['0.5000', 0.1, '0.7500', 0.3],
    ]);
    expect(rows.map((row) => row[6])).toEqual([1, 0]);
    await writeFile(join(folder, 'a_bbox.npy'), Uint8Array.from(bytes.slice(0, -5)));
    await expect(openDataset(folder)).rejects.toThrow('expected 3 boxes of 25 bytes, got 70 bytes.');
  });

  it('are any pictures that saccades move', async () => {
    const folder = await temporaryData({ 'cat/1.png': 1, 'dog/2.png': 2 });
    const dataset = await openDataset(`saccades:${folder},steps=6,side=20,sensor=ideal`);
    expect([dataset.kind, dataset.size, dataset.labelled, dataset.classNames]).toEqual([
      'saccades',
      2,
      true,
      ['cat', 'dog'],
    ]);
    expect(await dataset.sample(1)).toMatchObject({
      id: 'dog/2.png',
      label: 1,
      tensor: { shape: [6, 2, 20, 20] },
    });
    const glyphs = await openDataset('saccades:glyphs:test,size=5,inverted=1', { split: 'test' });
    expect([glyphs.size, glyphs.id(4)]).toEqual([5, 'test/4']);
    expect(sum((await glyphs.sample(0)) as TensorSample)).toBeGreaterThan(500);
    await expect(openDataset('saccades:event-glyphs')).rejects.toThrow(
      "saccades:event-glyphs: expected pictures, which can be moved, got data of kind 'event-glyphs'.",
    );
    await expect(openDataset(`saccades:${folder},side=3`)).rejects.toThrow('got side 3.');
    expect(absoluteDataPath('saccades:x,steps=3')).toBe(`saccades:${join(process.cwd(), 'x')},steps=3`);
  });
});
