import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseOnnx } from '../formats/onnx/parse-onnx.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { float, node } from '../graph/node.ts';
import { printGraph } from '../graph/print-graph.ts';
import { Tensor } from '../graph/tensor.ts';
import { fileStorage } from './file-storage.fixture.ts';
import { readOnnx } from './read-onnx.ts';
import { writeOnnx } from './write-onnx.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'onnx-'));
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** y = x · w scaled by a leaky ReLU, with every kind of attribute somewhere. */
function sample(weight: Tensor, opset = 17): Model {
  const graph = new Graph('sample');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 2] }]);
  const build = new GraphBuilder(graph);
  const product = build.op('MatMul', ['x', build.constant('w', weight)]);
  const constant = build.op('Constant', [], { value: Tensor.float32([], [0]) });
  graph.append(node('LeakyRelu', [build.op('Add', [product, constant])], ['y'], { alpha: float(0.5) }));
  graph.setOutputs([{ name: 'y', dataType: 'float32', shape: ['batch', 2] }]);
  const model = new Model(graph, opset);
  model.metadata.set('key', 'value');
  return model;
}

const identity = Tensor.float32([2, 2], [1, 0, 0, 1]);

async function runFile(path: string): Promise<number[]> {
  const session = await ort.InferenceSession.create(path, { logSeverityLevel: 3 });
  const { y } = await session.run({ x: new ort.Tensor('float32', Float32Array.of(4, -4), [1, 2]) });
  return [...(y!.data as Float32Array)];
}

describe('writing and reading ONNX', () => {
  it('keeps the graph, and ONNX Runtime runs the file', async () => {
    const path = join(folder, 'plain.onnx');
    const model = sample(identity);
    await writeOnnx(model, path);
    const again = await readOnnx(path);
    expect(printGraph(again.graph)).toBe(printGraph(model.graph));
    expect(again.metadata.get('key')).toBe('value');
    expect(await runFile(path)).toEqual([4, -2]);
  });

  it('refers to weights in a file below the folder of the model', async () => {
    const home = join(folder, 'below');
    await mkdir(join(home, 'weights'), { recursive: true });
    const data = join(home, 'weights', 'w.bin');
    writeFileSync(data, new Uint8Array(Float32Array.of(9, 1, 0, 0, 1).buffer));
    const weight = new Tensor('float32', [2, 2], fileStorage(data, 4, 16));
    const path = join(home, 'model.onnx');
    await writeOnnx(sample(weight), path);
    expect(statSync(path).size).toBeLessThan(600);
    expect((await readOnnx(path)).graph.initializers.get('w')?.storage).toMatchObject({
      kind: 'external',
      source: { location: data },
      offset: 4,
      length: 16,
    });
    expect(await runFile(path)).toEqual([4, -2]);
  });

  it('puts small weights from elsewhere into the file, so that it can be moved', async () => {
    const data = join(folder, 'elsewhere.bin');
    writeFileSync(data, new Uint8Array(Float32Array.of(1, 0, 0, 1).buffer));
    const weight = new Tensor('float32', [2, 2], fileStorage(data, 0, 16));
    await mkdir(join(folder, 'other'), { recursive: true });
    const path = join(folder, 'other', 'moved.onnx');
    await writeOnnx(sample(weight), path);
    expect((await readOnnx(path)).graph.initializers.get('w')?.storage.kind).toBe('memory');
  });

  it('takes weights for elsewhere that lie below the folder of the model through a link alone', async () => {
    const [store, home] = [join(folder, 'store'), join(folder, 'project')];
    await mkdir(join(store, 'package'), { recursive: true });
    await mkdir(join(home, 'modules'), { recursive: true });
    writeFileSync(join(store, 'package', 'w.bin'), new Uint8Array(Float32Array.of(1, 0, 0, 1).buffer));
    symlinkSync(join(store, 'package'), join(home, 'modules', 'package'));
    const weight = () =>
      new Tensor('float32', [2, 2], fileStorage(join(home, 'modules', 'package', 'w.bin'), 0, 16));
    const places = [
      [join(home, 'model.onnx'), 'memory'],
      [join(home, 'modules', 'package', 'model.onnx'), 'external'],
      [join(store, 'package', 'beside.onnx'), 'external'],
      [join(store, 'above.onnx'), 'external'],
    ] as const;
    for (const [path, kind] of places) {
      await writeOnnx(sample(weight()), path);
      expect((await readOnnx(path)).graph.initializers.get('w')?.storage.kind, path).toBe(kind);
      expect(await runFile(path), path).toEqual([4, -2]);
    }
  });

  it('refers to weights from where the file lies that an output link leads to', async () => {
    const [real, links] = [join(folder, 'real'), join(folder, 'links')];
    await mkdir(real);
    await mkdir(links);
    writeFileSync(join(real, 'w.bin'), new Uint8Array(Float32Array.of(1, 0, 0, 1).buffer));
    writeFileSync(join(real, 'model.onnx'), '');
    symlinkSync(join(real, 'model.onnx'), join(links, 'model.onnx'));
    const weight = new Tensor('float32', [2, 2], fileStorage(join(real, 'w.bin'), 0, 16));
    const written = await writeOnnx(sample(weight), join(links, 'model.onnx'));
    expect(written.refersTo).toEqual(['w.bin']);
    for (const path of [join(real, 'model.onnx'), join(links, 'model.onnx')]) {
      expect((await readOnnx(path)).graph.initializers.get('w')?.storage.kind).toBe('external');
    }
  });

  it('links large weights that are a link themselves to the file behind it', async () => {
    const home = join(folder, 'behind');
    await mkdir(home);
    const columns = 9 * 2 ** 20;
    writeFileSync(join(folder, 'blob.bin'), new Uint8Array(4 * 2 * columns));
    await mkdir(join(folder, 'snapshot'));
    symlinkSync(join('..', 'blob.bin'), join(folder, 'snapshot', 'weights.bin'));
    const place = fileStorage(join(folder, 'snapshot', 'weights.bin'), 0, 8 * columns);
    await writeOnnx(sample(new Tensor('float32', [2, columns], place)), join(home, 'm.onnx'));
    const again = await readOnnx(join(home, 'm.onnx'));
    expect(again.graph.initializers.get('w')!.bytes()).toHaveLength(8 * columns);
  });

  it('links or writes large weights beside the model', async () => {
    const columns = 9 * 2 ** 20;
    const home = join(folder, 'large');
    await mkdir(home);
    const data = join(folder, 'large.bin');
    writeFileSync(data, new Uint8Array(4 * 2 * columns));
    const [inFile, inMemory] = [
      new Tensor('float32', [2, columns], fileStorage(data, 0, 8 * columns)),
      new Tensor('float32', [2, columns], { kind: 'memory', bytes: new Uint8Array(8 * columns) }),
    ];
    await writeOnnx(sample(inFile), join(home, 'linked.onnx'));
    await writeOnnx(sample(inMemory), join(home, 'spilled.onnx'));
    expect(readdirSync(home).sort()).toEqual([
      'linked.onnx',
      'linked.onnx.large.bin',
      'spilled.onnx',
      'spilled.onnx.data',
    ]);
    for (const name of ['linked.onnx', 'spilled.onnx']) {
      const weight = (await readOnnx(join(home, name))).graph.initializers.get('w')!;
      expect(weight.storage.kind).toBe('external');
      expect(weight.byteLength).toBe(8 * columns);
    }
  });

  it('leaves no file behind when the folder is missing', async () => {
    await expect(writeOnnx(sample(identity), join(folder, 'missing', 'm.onnx'))).rejects.toThrow(
      /missing\/m\.onnx: expected a place that can be written, got no such file or folder\. Choose another output path or make the folder\./,
    );
  });
});

describe('reading what is no good model', () => {
  it('tells a missing file', async () => {
    await expect(readOnnx(join(folder, 'none.onnx'))).rejects.toThrow(
      /none\.onnx: expected an ONNX file, got no such file or folder/,
    );
  });

  it('tells a file of another kind', () => {
    const text = new TextEncoder().encode('<!doctype html><title>Not found</title>');
    expect(() => parseOnnx(text, 'page.onnx')).toThrow(
      /^page\.onnx: expected an ONNX model, got something else \(.*\)\. Give an \.onnx file, or a folder with model\.safetensors and config\.json\.$/,
    );
    expect(() => parseOnnx(new Uint8Array(0), 'empty.onnx')).toThrow(
      'empty.onnx: expected an ONNX model, got an empty file.',
    );
  });

  it('tells a truncated file', async () => {
    const path = join(folder, 'cut.onnx');
    await writeOnnx(sample(identity), path);
    truncateSync(path, statSync(path).size - 40);
    await expect(readOnnx(path)).rejects.toThrow(
      /cut\.onnx: expected a complete ONNX model, got a file that is truncated or damaged .*\. Copy, download or export it again\./,
    );
  });

  it('tells an unsupported opset', async () => {
    for (const opset of [6, 30]) {
      const path = join(folder, `opset${opset}.onnx`);
      await writeOnnx(sample(identity, opset), path);
      await expect(readOnnx(path)).rejects.toThrow(
        `opset${opset}.onnx: expected operators of opset 7 to 26, got opset ${opset}. Export the model again with opset_version=17`,
      );
    }
  });

  it('says in one line which external file is missing or too short', async () => {
    const home = join(folder, 'external');
    await mkdir(home);
    const data = join(home, 'w.bin');
    writeFileSync(data, new Uint8Array(16));
    const path = join(home, 'model.onnx');
    await writeOnnx(sample(new Tensor('float32', [2, 2], fileStorage(data, 0, 16))), path);
    rmSync(data);
    await expect(readOnnx(path)).rejects.toThrow(
      `${path}: external data ${data}: expected the file with the weights, got no such file. Put it back where it was when the model was written, name the folder that it lies in now with the option externalData, or write the model again with the option bundle, which puts the weights into the file.`,
    );
    writeFileSync(data, new Uint8Array(10));
    await expect(readOnnx(path)).rejects.toThrow(
      `${path}: external data ${data}: expected the complete file with the weights, got a file of 10 bytes, which is too short. Put the file back that the model was written with, or write the model again.`,
    );
    expect(readFileSync(path).length).toBeGreaterThan(0);
  });
});
