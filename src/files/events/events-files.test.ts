import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { collectEvents, type Events, EventWriter } from '../../formats/events/events.ts';
import { Random } from '../../random.ts';
import { openEvents } from './open-events.ts';
import { writeEvents } from './write-events.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'transpike-events-'));
});

const size = { width: 200, height: 180 };

/** Events with several at a time, and pauses. */
function someEvents(count: number, pause = 3000): Events {
  const random = new Random(9);
  const writer = new EventWriter();
  let time = 1_000_000;
  for (let i = 0; i < count; i++) {
    time += random.chance(0.3) ? 0 : random.integer(random.chance(0.01) ? pause * 1000 : 200);
    writer.push(time, random.integer(size.width), random.integer(size.height), random.integer(2));
  }
  return writer.take();
}

async function put(name: string, bytes: Uint8Array | readonly number[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, Uint8Array.from(bytes));
  return path;
}

const read = async (path: string, options = {}) => {
  const file = await openEvents(path, options);
  return { ...file, events: await collectEvents(file.chunks()) };
};

const rows = ({ t, x, y, p }: Events) => Array.from(t, (time, i) => [time, x[i], y[i], p[i]]);
const header = (text: string) => [...new TextEncoder().encode(text)];
const word32 = (value: number) => [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24];
const word16 = (value: number) => [value & 255, value >>> 8];
const big32 = (value: number) => word32(value).reverse();

describe('files of events', () => {
  it.each(['a.bin', 'a.dat', 'a.raw', 'evt2.raw', 'a.npz', 'a.h5'])(
    'are what was written: %s',
    async (name) => {
      const events = someEvents(20_000);
      const path = join(folder, name);
      const half = (from: number, to: number) => ({
        t: events.t.slice(from, to),
        x: events.x.slice(from, to),
        y: events.y.slice(from, to),
        p: events.p.slice(from, to),
      });
      const format = name === 'evt2.raw' ? 'evt2' : undefined;
      await writeEvents(path, size, [half(0, 7777), half(7777, 7777), half(7777, 20_000)], format);
      const { events: found, ...file } = await read(path, name === 'a.bin' ? { size } : {});
      expect(file).toMatchObject(size);
      // The clocks of EVT 3 and N-MNIST start again; from when on, nothing in the file says.
      const period = { 'a.bin': 2 ** 23, 'a.raw': 2 ** 24 }[name] ?? 2 ** 32;
      const lost = Math.floor(events.t[0]! / period) * period;
      expect(rows(found)).toEqual(rows({ ...events, t: events.t.map((time) => time - lost) }));
    },
  );

  it('of .npy hold rows or records', async () => {
    const npy = (descr: string, shape: string, data: readonly number[]) => {
      const facts = `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }`;
      const text = `${facts.padEnd(117)}\n`;
      return [0x93, ...header('NUMPY'), 1, 0, ...word16(118), ...header(text), ...data];
    };
    const records = "[('x', '<u2'), ('y', '<u2'), ('t', '<i8'), ('p', '|b1')]";
    const record = (t: number, x: number, y: number, p: number) => [
      ...word16(x),
      ...word16(y),
      ...word32(t),
      ...word32(0),
      p,
    ];
    const path = await put(
      'records.npy',
      npy(records, '(2,)', [...record(5, 1, 2, 1), ...record(9, 7, 3, 0)]),
    );
    expect(rows((await read(path)).events)).toEqual([
      [5, 1, 2, 1],
      [9, 7, 3, 0],
    ]);
    const table = Float64Array.of(1, 2, 0.25, 1, 7, 3, 0.5, -1);
    const plain = await put('rows.npy', npy("'<f8'", '(2, 4)', [...new Uint8Array(table.buffer)]));
    expect(rows((await read(plain)).events)).toEqual([
      [250_000, 1, 2, 1],
      [500_000, 7, 3, 0],
    ]);
  });

  it('of AEDAT 2 have the axes of CIFAR10-DVS', async () => {
    const address = (a: number, b: number, bit: number) => big32((b << 8) | (a << 1) | bit);
    const path = await put('x.aedat', [
      ...header('#!AER-DAT2.0\r\n# a line\r\n'),
      ...[...address(10, 20, 0), ...big32(1000)],
      ...[...big32(0x8000), ...big32(1001)],
      ...[...address(127, 0, 1), ...big32(0xffffffff)],
      ...[...address(0, 127, 1), ...big32(4)],
    ]);
    const { events, width, height, notes } = await read(path);
    expect([width, height]).toEqual([128, 128]);
    expect(rows(events)).toEqual([
      [1000, 107, 117, 1],
      [2 ** 32 - 1, 127, 0, 0],
      [2 ** 32 + 4, 0, 127, 0],
    ]);
    expect(notes().map(({ text }) => text)).toEqual([
      '1 external triggers and other words that are no events; left out (the first: byte 32)',
      '1 times that the clock started again; time goes on (the first: behind 4294967295 µs)',
    ]);
  });

  it('of AEDAT 3.1 have packets, of which those of polarity count', async () => {
    const packet = (
      type: number,
      overflow: number,
      capacity: number,
      words: readonly (readonly number[])[],
    ) => [
      ...[...word16(type), ...word16(1), ...word32(8), ...word32(4), ...word32(overflow)],
      ...[...word32(capacity), ...word32(words.length), ...word32(words.length)],
      ...words.flatMap(([data = 0, time = 0]) => [...word32(data), ...word32(time)]),
      ...new Array<number>(8 * (capacity - words.length)).fill(0),
    ];
    const polarity = (x: number, y: number, p: number, valid = 1) =>
      ((x << 17) | (y << 2) | (p << 1) | valid) >>> 0;
    const head = header('#!AER-DAT3.1\r\n#Format: RAW\r\n#Source 1: DVS128\r\n#!END-HEADER\r\n');
    const bytes = [
      ...head,
      ...packet(1, 0, 3, [
        [polarity(100, 27, 1), 50],
        [polarity(1, 2, 0, 0), 51],
      ]),
      ...packet(0, 0, 1, [[1, 1]]),
      ...packet(1, 1, 1, [[polarity(3, 4, 0), 7]]),
    ];
    const { events, notes, width } = await read(await put('g.aedat', bytes));
    expect(width).toBe(128);
    expect(rows(events)).toEqual([
      [50, 100, 27, 1],
      [2 ** 31 + 7, 3, 4, 0],
    ]);
    expect(notes()[0]?.text).toBe(
      '1 events that the camera marked as invalid; left out (the first: (1, 2) at 51 µs)',
    );
    await expect(read(await put('cut.aedat', bytes.slice(0, head.length + 40)))).rejects.toThrow(
      `cut.aedat: byte ${head.length + 28}: expected 16 bytes of events, got the end after 12. The file is damaged or was cut off; copy or record it again.`,
    );
  });

  it('of AEDAT 4 have packets of several streams, of which the first of events counts', async () => {
    const size64 = (value: number) => [...word32(value % 2 ** 32), ...word32(Math.floor(value / 2 ** 32))];
    const text =
      '<attr key="sizeX">99<</attr>IMUS<t>EVTS</t><attr key="sizeX" type="int">12</attr><attr key="sizeY">7</attr>';
    const packed = (bytes: readonly number[]) => [...word32(bytes.length), ...bytes];
    // A FlatBuffer: where the table is; its fields, by their places in it; the table, which begins with the way back to them.
    const head = (packetsEnd: number) =>
      packed([
        ...word32(16),
        ...[...word16(10), ...word16(20), ...word16(4), ...word16(8), ...word16(16), 0, 0],
        ...[...word32(12), ...word32(0), ...size64(packetsEnd), ...word32(4)],
        ...[...word32(text.length), ...header(text)],
      ]);
    const packet = (stream: number, kind: string, events: readonly (readonly number[])[]) => {
      const content = packed([
        ...word32(16),
        ...header(kind),
        ...[...word16(6), ...word16(8), ...word16(4), 0, 0],
        ...[...word32(8), ...word32(4), ...word32(events.length)],
        ...events.flatMap(([t = 0, x = 0, y = 0, p = 0]) => [
          ...[...size64(t), ...word16(x), ...word16(y), p, 0, 0, 0],
        ]),
      ]);
      return [...word32(stream), ...word32(content.length), ...content];
    };
    const first = [
      [5_000_000_000, 11, 6, 1],
      [5_000_000_004, 0, 2, 0],
    ];
    const packets = [
      ...packet(2, 'IMUS', [[1, 1, 1, 1]]),
      ...packet(0, 'EVTS', first),
      ...packet(1, 'EVTS', [[5_000_000_005, 3, 3, 1]]),
      ...packet(0, 'EVTS', [[5_000_000_009, 4, 5, 1]]),
    ];
    const begin = header('#!AER-DAT4.0\r\n');
    const end = begin.length + head(0).length + packets.length;
    // Behind the packets stands a table of them, which nothing needs.
    const bytes = [...begin, ...head(end), ...packets, 1, 2, 3];
    const { events, width, height, sizeFrom, notes } = await read(await put('hand.aedat4', bytes));
    expect([width, height, sizeFrom]).toEqual([12, 7, 'file']);
    expect(rows(events)).toEqual([...first, [5_000_000_009, 4, 5, 1]]);
    expect(notes()).toEqual([]);
    const cut = await put('cut.aedat4', bytes.slice(0, end - 5));
    await expect(read(cut)).rejects.toThrow(
      `cut.aedat4: byte ${end - 48}: expected 48 bytes of a packet, got the end after 43.`,
    );
  });

  it('of EVT 3 have vectors, triggers and a clock that starts again', async () => {
    const words = [
      0x2001, 0x8fff, 0x6ffe, 0x0010, 0x3805, 0x4801, 0x5003, 0xa001, 0x2814, 0x8000, 0x6001, 0x2007,
    ];
    const path = await put('v.raw', [
      ...header('% evt 3.0\n% format EVT3;height=720;width=1280\n% end\n'),
      ...words.flatMap(word16),
    ]);
    const { events, width, height, notes } = await read(path);
    expect([width, height]).toEqual([1280, 720]);
    const late = 0xffffff - 1;
    expect(rows(events)).toEqual([
      [late, 5, 16, 1],
      [late, 16, 16, 1],
      [late, 17, 16, 1],
      [late, 18, 16, 1],
      [late, 20, 16, 1],
      [2 ** 24 + 1, 7, 16, 0],
    ]);
    expect(notes().map(({ oddity, count }) => [oddity, count])).toEqual([
      ['timeless', 1],
      ['triggers', 1],
    ]);
  });

  it('that are cut off or damaged say at which byte', async () => {
    const dat = [...header('% Version 2\n'), 0, 8, ...word32(1), ...word32(2), 3];
    await expect(read(await put('cut.dat', dat))).rejects.toThrow(
      'cut.dat: byte 22: expected 8 bytes of an event, got the end after 1.',
    );
    await expect(read(await put('type.dat', [...header('% Version 2\n'), 3, 9]))).rejects.toThrow(
      'type.dat: byte 12: expected events of type 0 or 12 and 8 bytes, got events of type 3 and 9 bytes.',
    );
    await expect(read(await put('cut.bin', [1, 2, 3, 4, 5, 6]))).rejects.toThrow(
      'cut.bin: byte 5: expected 5 bytes of an event, got the end after 1.',
    );
    const evt2 = [...header('% evt 2.0\n% end\n'), ...word32(0x80000001), ...word32(0x70000000)];
    await expect(read(await put('odd.raw', evt2))).rejects.toThrow(
      'odd.raw: byte 20: expected a word of EVT 2, got one of kind 7.',
    );
    await writeEvents(join(folder, 'whole.h5'), size, [someEvents(5000)]);
    const whole = await readFile(join(folder, 'whole.h5'));
    await expect(read(await put('cut.h5', whole.subarray(0, 4000)))).rejects.toThrow(
      /cut\.h5: expected an HDF5 file that is whole, got .*truncated/,
    );
    await expect(read(await put('no.txt', header('hello')))).rejects.toThrow(
      "got a file '.txt' that begins otherwise",
    );
    await expect(read(join(folder, 'nowhere.dat'))).rejects.toThrow(
      'nowhere.dat: expected a file of events that can be read, got no such file or folder.',
    );
  });

  it('with events outside of the sensor, late ones or none say what was done', async () => {
    const event = (t: number, x: number, y: number) => [...word32(t), ...word32(x | (y << 14))];
    const dat = [
      ...header('% Height 4\n% Width 4\n'),
      0,
      8,
      ...event(5, 1, 1),
      ...event(9, 4, 0),
      ...event(3, 2, 2),
    ];
    const { events, notes, sizeFrom } = await read(await put('odd.dat', [...dat, ...event(6, 3, 3)]));
    expect(sizeFrom).toBe('file');
    expect(rows(events)).toEqual([
      [5, 1, 1, 0],
      [5, 2, 2, 0],
      [6, 3, 3, 0],
    ]);
    expect(notes().map(({ text }) => text)).toEqual([
      '1 events outside of the sensor; left out (the first: (4, 0) at 9 µs)',
      '1 events earlier than the one before them; given its time (the first: 3 µs behind 5 µs)',
    ]);
    const empty = await read(await put('empty.bin', []));
    expect([empty.events.t.length, empty.width, empty.height, empty.sizeFrom]).toEqual([0, 1, 1, 'nothing']);
  });

  it('have room for a sensor, or say that they have not', async () => {
    await expect(writeEvents(join(folder, 'b.bin'), { width: 300, height: 10 }, [])).rejects.toThrow(
      'b.bin: expected a sensor of at most 256 × 240 pixels, as n-mnist has room for, got 300 × 10. Write another format.',
    );
    await expect(writeEvents(join(folder, 'b.aedat4'), size, [])).rejects.toThrow(
      "b.aedat4: expected .bin (n-mnist), .dat (dat), .raw (evt3, evt2), .npz (npz), .h5 (hdf5), .hdf5 (hdf5), got '.aedat4'.",
    );
  });
});
