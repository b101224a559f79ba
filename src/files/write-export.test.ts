import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { readOnnx } from './read-onnx.ts';
import { writeExport } from './write-export.ts';

const folder = mkdtempSync(join(tmpdir(), 'export-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a model is written as ONNX, bytes are written as they are', async () => {
  const graph = new Graph('doubling');
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 2] });
  new GraphBuilder(graph).op('Add', ['x', 'x'], {}, { name: 'y' });
  graph.addOutput({ name: 'y', dataType: 'float32', shape: ['batch', 2] });
  await writeExport(new Model(graph, 17), join(folder, 'model'));
  expect((await readOnnx(join(folder, 'model'))).graph.name).toBe('doubling');
  await writeExport(Uint8Array.of(1, 2, 3), join(folder, 'bytes'));
  expect([...readFileSync(join(folder, 'bytes'))]).toEqual([1, 2, 3]);
});
