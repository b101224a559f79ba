import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { messageOf } from '../errors.ts';
import { bytesPerElement, type DataType } from '../graph/data-type.ts';
import { Tensor } from '../graph/tensor.ts';
import { readCheckpointTensors } from './read-checkpoint-tensors.ts';
import { readSafetensors } from './read-safetensors.ts';
import { writeSafetensors } from './write-safetensors.ts';

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'transpike-safetensors-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a file by hand: the header as given, then the data. */
async function writeRaw(header: unknown, data: Uint8Array): Promise<string> {
  const path = join(await temporaryFolder(), 'raw.safetensors');
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(json.length));
  await writeFile(path, Buffer.concat([prefix, json, data]));
  return path;
}

async function messageFor(header: unknown, dataLength: number): Promise<string> {
  const path = await writeRaw(header, new Uint8Array(dataLength));
  return (await readSafetensors(path).then(() => 'read', messageOf)).replaceAll(path, 'FILE');
}

const entry = (begin: number, end: number, shape = [(end - begin) / 4], dtype = 'F32') => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

describe('readSafetensors', () => {
  it('reads a file laid out by hand', async () => {
    const data = new Uint8Array(Float32Array.of(1.5, -2, 0.25).buffer);
    const header = { __metadata__: { format: 'pt' }, b: entry(8, 12, []), a: entry(0, 8, [2, 1]) };
    const path = await writeRaw(header, data);
    const tensors = await readSafetensors(path);
    expect([...tensors.keys()]).toEqual(['b', 'a']);
    expect(tensors.get('a')!.shape).toEqual([2, 1]);
    expect([...tensors.get('a')!.toNumbers()]).toEqual([1.5, -2]);
    expect([...tensors.get('b')!.toNumbers()]).toEqual([0.25]);
    const offset = 8 + JSON.stringify(header).length;
    expect(tensors.get('a')!.storage).toMatchObject({
      kind: 'external',
      source: { location: path },
      offset,
      length: 8,
    });
  });

  it('accepts an empty tensor and an empty file', async () => {
    const path = await writeRaw({ none: entry(0, 0, [0, 3]), one: entry(0, 4) }, new Uint8Array(4));
    expect((await readSafetensors(path)).get('none')!.size).toBe(0);
    expect((await readSafetensors(await writeRaw({}, new Uint8Array()))).size).toBe(0);
  });

  it('says how many bytes of a truncated file are missing', async () => {
    expect(await messageFor({ a: entry(0, 8), b: entry(8, 40) }, 30)).toBe(
      'FILE: not a sound safetensors file. Download or export it again.\n  - data: expected 40 bytes after the header, got 30: the file is truncated, 10 bytes are missing',
    );
  });

  it('finds overlaps, gaps and a rest in one go', async () => {
    expect(await messageFor({ a: entry(0, 8), b: entry(4, 12), c: entry(16, 20) }, 24)).toBe(
      [
        'FILE: not a sound safetensors file. Download or export it again.',
        "  - tensor 'b': expected to begin after tensor 'a' at byte 8, got 4",
        "  - tensor 'c': expected to begin at byte 12, right after tensor 'b', got 16",
        '  - data: expected 20 bytes after the header, got 24: 4 bytes at the end belong to no tensor',
      ].join('\n'),
    );
  });

  it('finds wrong sizes, shapes, types and offsets in one go', async () => {
    const header = {
      size: entry(0, 8, [3]),
      shape: { dtype: 'F32', shape: [-1], data_offsets: [0, 4] },
      type: entry(0, 4, [4], 'F8_E4M3'),
      offsets: { dtype: 'F32', shape: [1], data_offsets: [4, 0] },
      nothing: null,
    };
    const message = await messageFor(header, 8);
    for (const part of [
      "tensor 'size': expected 12 bytes for float32 [3], got 8 (data_offsets [0, 8])",
      "tensor 'shape': expected a shape, got [-1]",
      'tensor \'type\': expected a dtype of F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8, BOOL, got "F8_E4M3"',
      "tensor 'offsets': expected data_offsets [begin, end], got [4,0]",
      "tensor 'nothing': expected a dtype of",
    ]) {
      expect(message).toContain(part);
    }
  });

  it('refuses a header that is no JSON object', async () => {
    expect(await messageFor('{"a"', 0)).toContain('header: expected JSON, got \'{"a"\'');
    expect(await messageFor([1], 0)).toContain('header: expected a JSON object, got [1]');
  });

  it('refuses a file that is too short for its header, or is something else', async () => {
    const path = join(await temporaryFolder(), 'x.safetensors');
    await writeFile(path, 'short');
    await expect(readSafetensors(path)).rejects.toThrow(/got only 5 bytes\. The file is truncated or not a/);
    await writeFile(path, 'version https://git-lfs.github.com/spec/v1');
    await expect(readSafetensors(path)).rejects.toThrow(
      /header that fits into the file's 42 bytes, got a length of \d+\. .*\(a Git LFS pointer\?\)/,
    );
  });

  it('names a file that is not there', async () => {
    await expect(readSafetensors('/nowhere/x.safetensors')).rejects.toThrow(
      /^\/nowhere\/x\.safetensors: expected a readable safetensors file, got no such file or folder/,
    );
  });
});

const dataTypes: DataType[] = [
  'bool',
  'uint8',
  'int8',
  'float16',
  'bfloat16',
  'uint16',
  'int16',
  'float32',
  'uint32',
  'int32',
  'float64',
  'uint64',
  'int64',
];

describe('writeSafetensors', () => {
  it('keeps every element type, bit for bit and aligned', async () => {
    const path = join(await temporaryFolder(), 'all.safetensors');
    const tensors = new Map(
      dataTypes.map((dataType, i) => {
        const bytes = Uint8Array.from({ length: 3 * bytesPerElement(dataType) }, (_, j) => (i + j) % 2);
        return [`t.${dataType}`, new Tensor(dataType, [3, 1], { kind: 'memory', bytes })];
      }),
    );
    await writeSafetensors(path, tensors, { note: 'grüße' });
    const read = await readSafetensors(path);
    expect(read.size).toBe(dataTypes.length);
    for (const [name, tensor] of tensors) {
      const found = read.get(name)!;
      expect([found.dataType, found.shape]).toEqual([tensor.dataType, [3, 1]]);
      expect(found.bytes()).toEqual(tensor.bytes());
      expect((found.storage as { offset: number }).offset % bytesPerElement(found.dataType)).toBe(0);
    }
    const file = await readFile(path);
    const length = Number(file.readBigUInt64LE());
    expect(length % 8).toBe(0);
    expect(JSON.parse(file.toString('utf8', 8, 8 + length)).__metadata__).toEqual({ note: 'grüße' });
  });

  it('can replace the file that its tensors are read from, and leaves nothing else behind', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a.safetensors');
    await writeSafetensors(path, new Map([['a', Tensor.float32([2], [1, 2])]]));
    const before = await readSafetensors(path);
    await writeSafetensors(
      path,
      new Map([
        ['first', Tensor.float64([1], [7])],
        ['a', before.get('a')!],
      ]),
    );
    expect([...(await readSafetensors(path)).get('a')!.toNumbers()]).toEqual([1, 2]);
    expect(await readdir(folder)).toEqual(['a.safetensors']);
  });

  it('refuses the reserved name', async () => {
    const tensors = new Map([['__metadata__', Tensor.float32([], [1])]]);
    await expect(writeSafetensors('x.safetensors', tensors)).rejects.toThrow(
      "x.safetensors: expected tensor names other than __metadata__, got a tensor named '__metadata__'. Rename it: safetensors keeps that name for itself.",
    );
  });
});

describe('readCheckpointTensors', () => {
  async function shardedFolder(weightMap: Record<string, string>): Promise<string> {
    const folder = await temporaryFolder();
    await writeSafetensors(join(folder, 'one.safetensors'), new Map([['a', Tensor.float32([1], [1])]]));
    await writeSafetensors(join(folder, 'two.safetensors'), new Map([['b', Tensor.float32([1], [2])]]));
    await writeFile(
      join(folder, 'model.safetensors.index.json'),
      JSON.stringify({ metadata: {}, weight_map: weightMap }),
    );
    return folder;
  }

  it('collects the tensors of several files', async () => {
    const folder = await shardedFolder({ b: 'two.safetensors', a: 'one.safetensors' });
    const tensors = await readCheckpointTensors(folder);
    expect([...tensors].map(([name, tensor]) => [name, tensor.toNumbers()[0]])).toEqual([
      ['b', 2],
      ['a', 1],
    ]);
  });

  it('lists everything that the index promises and the folder lacks', async () => {
    const folder = await shardedFolder({
      a: 'two.safetensors',
      b: '../two.safetensors',
      c: 'three.safetensors',
    });
    await expect(readCheckpointTensors(folder)).rejects.toThrow(
      [
        'model.safetensors.index.json: the checkpoint is not complete. Download all of its files again.',
        "  - file '../two.safetensors': expected beside the index, got none",
        "  - file 'three.safetensors': expected beside the index, got none",
        "  - tensor 'a': expected in two.safetensors, got none there",
      ].join('\n'),
    );
  });

  it('names a damaged file among several', async () => {
    const folder = await shardedFolder({ b: 'two.safetensors', a: 'one.safetensors' });
    await truncate(join(folder, 'one.safetensors'), 65);
    await expect(readCheckpointTensors(folder)).rejects.toThrow(/one\.safetensors: /);
  });

  it('refuses an index without weight_map', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'model.safetensors.index.json'), '{}');
    await expect(readCheckpointTensors(folder)).rejects.toThrow(/expected JSON with 'weight_map'/);
  });

  it('takes the only file there, and refuses to choose between two', async () => {
    const folder = await temporaryFolder();
    await writeSafetensors(join(folder, 'own.safetensors'), new Map([['a', Tensor.float32([1], [1])]]));
    expect((await readCheckpointTensors(folder)).has('a')).toBe(true);
    await writeSafetensors(join(folder, 'other.safetensors'), new Map());
    await expect(readCheckpointTensors(folder)).rejects.toThrow(
      'got 2 of them (other.safetensors, own.safetensors). Keep one of them, or add model.safetensors.index.json.',
    );
  });
});
