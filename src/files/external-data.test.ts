import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { afterAll, describe, expect, it } from 'vitest';
import { messageOf } from '../errors.ts';
import { ModelProtoSchema } from '../formats/onnx/onnx_pb.ts';
import { filesIn } from './external-data.ts';
import { readOnnx } from './read-onnx.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'external-')));
afterAll(() => rmSync(root, { recursive: true }));

const model = join(root, 'model');
mkdirSync(join(model, 'sub'), { recursive: true });
for (const file of ['model/weights.bin', 'model/..odd', 'secret.bin'])
  writeFileSync(join(root, file), new Uint8Array(64));
symlinkSync(join(root, 'secret.bin'), join(model, 'link.bin'));
symlinkSync(root, join(model, 'up'));
symlinkSync(join(model, 'weights.bin'), join(model, 'sub', 'inner.bin'));

/** An ONNX file whose one weight [4, 4] has these entries of external data; an Identity of it is the output. */
function writeModel(path: string, entries: Readonly<Record<string, string>>): void {
  const proto = create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [{ domain: '', version: 17n }],
    graph: {
      name: 'g',
      node: [{ opType: 'Identity', name: 'n', input: ['w'], output: ['y'] }],
      output: [{ name: 'y' }],
      initializer: [
        {
          name: 'w',
          dataType: 1,
          dims: [4n, 4n],
          dataLocation: 1,
          externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
        },
      ],
    },
  });
  writeFileSync(path, toBinary(ModelProtoSchema, proto));
}

const hostile: [string, Record<string, string>, string][] = [
  ['a parent folder', { location: '../secret.bin' }, 'a path that leaves it'],
  ['a way down and up', { location: 'sub/../../secret.bin' }, 'a path that leaves it'],
  ['an absolute path', { location: '/etc/passwd' }, 'an absolute path'],
  ['a link out of the folder', { location: 'link.bin' }, `a link to ${join(root, 'secret.bin')}`],
  ['a linked folder', { location: 'up/secret.bin' }, `a link to ${join(root, 'secret.bin')}`],
  ['no path', { location: '' }, 'no path at all'],
  ['a folder', { location: 'sub' }, 'a folder'],
  ['a negative offset', { location: 'weights.bin', offset: '-4' }, "'-4'"],
  ['an offset in words', { location: 'weights.bin', offset: 'four' }, "'four'"],
  ['half an offset', { location: 'weights.bin', offset: '1.5' }, "'1.5'"],
  [
    'an offset beyond all numbers',
    { location: 'weights.bin', offset: '99999999999999999999' },
    "'99999999999999999999'",
  ],
  ['a length in hexadecimal', { location: 'weights.bin', length: '0x40' }, "'0x40'"],
  ["a length that is not the tensor's", { location: 'weights.bin', length: '32' }, 'got 32'],
  ['an offset near the end', { location: 'weights.bin', offset: '8' }, 'got a file of 64 bytes'],
];

describe('external data', () => {
  it.each(hostile)('is refused where it names %s', async (_, entries, got) => {
    const path = join(model, 'hostile.onnx');
    writeModel(path, entries);
    const message = await readOnnx(path).then(() => 'accepted', messageOf);
    expect(message).toMatch(/hostile\.onnx: .*$/);
    expect(message).not.toContain('\n');
    expect(message).toContain(got);
  });

  it.each([
    { location: 'weights.bin' },
    { location: 'sub/../weights.bin' },
    { location: 'sub/inner.bin' },
    { location: '..odd' },
  ])('is read where it stays in the folder: $location', async (entries) => {
    writeModel(join(model, 'good.onnx'), entries);
    expect((await readOnnx(join(model, 'good.onnx'))).graph.initializers.get('w')!.toFloat32()).toHaveLength(
      16,
    );
  });

  it('may lie in a folder that was named', async () => {
    writeModel(join(model, 'split.onnx'), { location: '../secret.bin' });
    const read = await readOnnx(join(model, 'split.onnx'), { externalData: [root] });
    expect(read.graph.initializers.get('w')!.byteLength).toBe(64);
  });

  it('is found where a cache holds model and weights as links', async () => {
    const [blobs, snapshot] = [join(root, 'blobs'), join(root, 'snapshot')];
    for (const folder of [blobs, snapshot]) mkdirSync(folder);
    writeFileSync(join(blobs, 'b1'), new Uint8Array(64));
    writeModel(join(blobs, 'a0'), { location: 'model.onnx_data' });
    symlinkSync('../blobs/a0', join(snapshot, 'model.onnx'));
    symlinkSync('../blobs/b1', join(snapshot, 'model.onnx_data'));
    expect((await readOnnx(join(snapshot, 'model.onnx'))).graph.initializers.size).toBe(1);
  });
});

describe('filesIn', () => {
  it('makes one source of each file, with its absolute path', () => {
    const find = filesIn([model]);
    expect(find('sub/a.bin').location).toBe(join(model, 'sub', 'a.bin'));
    expect(find('sub/a.bin')).toBe(find('sub/a.bin'));
    expect(find('b.bin')).not.toBe(find('sub/a.bin'));
  });
});
