import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { node } from '../graph/node.ts';
import { Tensor } from '../graph/tensor.ts';
import { fileStorage } from './file-storage.fixture.ts';
import { readOnnx } from './read-onnx.ts';
import { writeOnnx } from './write-onnx.ts';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'digests-')));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

/** A product with two stretches of one weight file, which lie in the other order than the graph has them. */
function referring(data: string, bytes = 16, gap = 8): Model {
  const graph = new Graph('g');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 2] }]);
  const build = new GraphBuilder(graph);
  const columns = bytes / 8;
  const late = build.constant(
    'late',
    new Tensor('float32', [2, columns], fileStorage(data, gap + bytes, bytes)),
  );
  const early = build.constant('early', new Tensor('float32', [2, columns], fileStorage(data, gap, bytes)));
  const product = build.op('MatMul', ['x', late]);
  graph.append(node('Sub', [product, build.op('MatMul', ['x', early])], ['y']));
  graph.setOutputs([{ name: 'y', dataType: 'float32', shape: ['batch', columns] }]);
  return new Model(graph, 17);
}

/** A model in `root` whose weights lie in `checkpoint/w.bin`. */
async function written(): Promise<{ model: string; weights: string }> {
  const weights = join(root, 'checkpoint', 'w.bin');
  mkdirSync(join(root, 'checkpoint'));
  writeFileSync(
    weights,
    Uint8Array.from({ length: 48 }, (_, i) => i),
  );
  const model = join(root, 'm.snn.onnx');
  expect(await writeOnnx(referring(weights), model)).toEqual({ refersTo: ['checkpoint/w.bin'] });
  return { model, weights };
}

function changeByte(path: string, position: number): void {
  const bytes = readFileSync(path);
  bytes[position]! ^= 1;
  writeFileSync(path, bytes);
}

describe('a model that refers to weights', () => {
  it.each([8, 23, 24, 39])('notices that byte %i of them changed', async (position) => {
    const { model, weights } = await written();
    changeByte(weights, position);
    await expect(readOnnx(model)).rejects.toMatchObject({
      message: `${model}: external data ${weights}: expected the weights that the model was written with, got weights that changed since. Bring the old file back, or write the model again; the option bundle then puts the weights into the file.`,
      means: ['bundle'],
    });
  });

  it('does not mind what it does not refer to', async () => {
    const { model, weights } = await written();
    changeByte(weights, 7);
    changeByte(weights, 40);
    appendFileSync(weights, 'more');
    expect((await readOnnx(model)).graph.initializers.size).toBe(2);
  });

  it('says nothing of them once it is in memory, where they may become others', async () => {
    const { model } = await written();
    expect([...(await readOnnx(model)).metadata.keys()]).toEqual([]);
  });

  it('finds them in a folder that is named, after a move, and still looks whether they are the same', async () => {
    const { model, weights } = await written();
    const moved = join(root, 'moved');
    mkdirSync(moved);
    renameSync(weights, join(moved, 'w.bin'));
    await expect(readOnnx(model)).rejects.toThrow(
      `${model}: external data ${weights}: expected the file with the weights, got no such file. Put it back where it was when the model was written, name the folder that it lies in now with the option externalData, or write the model again with the option bundle, which puts the weights into the file.`,
    );
    expect((await readOnnx(model, { externalData: [moved] })).graph.initializers.size).toBe(2);
    changeByte(join(moved, 'w.bin'), 10);
    await expect(readOnnx(model, { externalData: [moved] })).rejects.toThrow('weights that changed since');
  });

  it('goes along with its folder', async () => {
    await written();
    const copy = join(root, '..', `${root}-copy`);
    cpSync(root, copy, { recursive: true });
    try {
      expect((await readOnnx(join(copy, 'm.snn.onnx'))).graph.initializers.size).toBe(2);
    } finally {
      rmSync(copy, { recursive: true });
    }
  });

  it('depends on no file where it is bundled', async () => {
    const { model, weights } = await written();
    const bundled = join(root, 'bundled.snn.onnx');
    expect(await writeOnnx(await readOnnx(model), bundled, { bundle: true })).toEqual({ refersTo: [] });
    rmSync(weights);
    const { graph } = await readOnnx(bundled);
    expect([...graph.initializers.get('early')!.bytes()]).toEqual(
      Array.from({ length: 16 }, (_, i) => i + 8),
    );
  });

  it('is not bundled where one file cannot hold it', async () => {
    const tensor = new Tensor('float32', [2, 250_000_001], {
      kind: 'external',
      source: { location: 'w.bin', length: undefined, read: () => new Uint8Array(0) },
      offset: 0,
      length: 8 * 250_000_001,
    });
    const graph = new Graph('g');
    graph.setInitializer('w', tensor);
    graph.append(node('Identity', ['w'], ['y']));
    graph.setOutputs([{ name: 'y', dataType: 'float32', shape: undefined }]);
    await expect(writeOnnx(new Model(graph, 17), join(root, 'large.onnx'), { bundle: true })).rejects.toThrow(
      'large.onnx: expected weights of less than 2 GB, which is all that one ONNX file holds, got 2.00 GB. Leave the option bundle out; then copy the files beside the model along with it.',
    );
  });
});

describe('large weights that were verified', () => {
  const bytes = 32 * 2 ** 20;
  const notes = () => readdirSync(join(root, 'cache', 'transpike', 'verified-weights'));

  it('are read again only after a change, even one that leaves size and time as they were', async () => {
    vi.stubEnv('XDG_CACHE_HOME', join(root, 'cache'));
    const weights = join(root, 'w.bin');
    writeFileSync(weights, new Uint8Array(2 * bytes));
    const model = join(root, 'm.onnx');
    await writeOnnx(referring(weights, bytes, 0), model);
    const [note] = notes();
    await readOnnx(model);
    expect(notes()).toEqual([note]);

    const { atime, mtime } = statSync(weights);
    utimesSync(weights, atime, mtime);
    await readOnnx(model);
    expect(notes()).toHaveLength(2);

    changeByte(weights, 2 * bytes - 1);
    utimesSync(weights, atime, mtime);
    await expect(readOnnx(model)).rejects.toThrow('weights that changed since');
    expect(notes()).toHaveLength(2);
  });

  it('are read each time where nothing can be noted', async () => {
    writeFileSync(join(root, 'file'), '');
    vi.stubEnv('XDG_CACHE_HOME', join(root, 'file'));
    const weights = join(root, 'w.bin');
    writeFileSync(weights, new Uint8Array(2 * bytes));
    const model = join(root, 'm.onnx');
    await writeOnnx(referring(weights, bytes, 0), model);
    expect((await readOnnx(model)).graph.initializers.size).toBe(2);
  });
});
