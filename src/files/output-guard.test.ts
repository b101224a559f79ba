import { linkSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { Tensor } from '../graph/tensor.ts';
import { fileStorage } from './file-storage.fixture.ts';
import { guardOutput, weightFilesOf } from './output-guard.ts';
import { writeOnnx } from './write-onnx.ts';

const folder = mkdtempSync(join(tmpdir(), 'guard-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

function modelWithWeightsIn(path: string): Model {
  const graph = new Graph('g');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 2] }]);
  const build = new GraphBuilder(graph);
  const weight = build.constant('w', new Tensor('float32', [2, 2], fileStorage(path, 0, 16)));
  build.op('MatMul', ['x', weight], {}, { name: 'y' });
  graph.setOutputs([{ name: 'y', dataType: 'float32', shape: ['batch', 2] }]);
  return new Model(graph, 17);
}

describe('guardOutput', () => {
  it.each(['symbolic link', 'hard link', 'same path'])(
    'refuses an output that is an input: %s',
    async (way) => {
      const [input, output] = [at(`${way} in.onnx`), at(`${way} out.onnx`)];
      writeFileSync(input, Uint8Array.of(8, 8));
      if (way === 'symbolic link') symlinkSync(input, output);
      if (way === 'hard link') linkSync(input, output);
      const path = way === 'same path' ? input : output;
      await expect(
        guardOutput(path, { inputs: [at('none'), input], kind: 'onnx', force: true }),
      ).rejects.toThrow(`${path}: expected an output that is not also an input, got `);
    },
  );

  it('lets files of the same kind be replaced, others only by force', async () => {
    writeFileSync(at('notes.txt'), 'notes');
    writeFileSync(at('x.npy'), '\x93NUMPY…', 'latin1');
    writeFileSync(at('empty'), '');
    await expect(guardOutput(at('notes.txt'), { inputs: [], kind: 'onnx' })).rejects.toThrow(
      `${at('notes.txt')}: expected an ONNX file to replace, or none, got a file that holds something else.`,
    );
    await guardOutput(at('notes.txt'), { inputs: [], kind: 'onnx', force: true });
    await guardOutput(at('x.npy'), { inputs: [], kind: 'npy' });
    await expect(guardOutput(at('x.npy'), { inputs: [], kind: 'json' })).rejects.toThrow(
      'a JSON file to replace',
    );
    await guardOutput(at('empty'), { inputs: [], kind: 'json' });
    await guardOutput(at('new'), { inputs: [], kind: 'json' });
  });
});

describe('writeOnnx', () => {
  it('never writes over weights that the model refers to', async () => {
    const weights = at('model.safetensors');
    writeFileSync(weights, new Uint8Array(16));
    const model = modelWithWeightsIn(weights);
    expect(weightFilesOf(model)).toEqual([weights]);
    await expect(writeOnnx(model, weights)).rejects.toThrow('expected an output that is not also an input');
    expect(readFileSync(weights)).toHaveLength(16);
  });
});
