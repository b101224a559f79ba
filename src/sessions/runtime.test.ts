import { beforeEach, expect, test, vi } from 'vitest';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import type { Runtime, RuntimeOptions } from './runtime.ts';

// As in a program that never imported the package's own entry.
beforeEach(() => vi.resetModules());

function doubling(): Model {
  const graph = new Graph('doubling');
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 2] });
  new GraphBuilder(graph).op('Add', ['x', 'x'], {}, { name: 'y' });
  graph.addOutput({ name: 'y', dataType: 'float32', shape: ['batch', 2] });
  return new Model(graph, 17);
}

test('a network cannot run before there is a runtime', async () => {
  const { OrtSession } = await import('./ort-session.ts');
  await expect(OrtSession.create(doubling())).rejects.toThrow(
    "running a network: expected a runtime, got none installed. Import 'transpike', which brings one, or call installRuntime with one of your own.",
  );
});

test('a session runs in the runtime that was installed, with all options told', async () => {
  const { installRuntime } = await import('./runtime.ts');
  const { OrtSession } = await import('./ort-session.ts');
  const loaded: RuntimeOptions[] = [];
  const runtime: Runtime = {
    tensor: (type, data, dims) => ({ type, data, dims }),
    createSession: async (_model, options) => {
      loaded.push(options);
      return {
        outputs: [{ name: 'y', dataType: 'float32', shape: ['batch', 2] }],
        run: async ({ x }) => ({ y: { ...x!, data: (x!.data as Float32Array).map((value) => 2 * value) } }),
        release: async () => undefined,
      };
    },
  };
  installRuntime(runtime);
  const session = await OrtSession.create(doubling(), { threads: 3 });
  const outputs = await session.run({ shape: [1, 2], data: Float32Array.of(1.5, -2) });
  expect([...outputs.get('y')!.data]).toEqual([3, -4]);
  expect(loaded).toEqual([
    { threads: 3, optimise: 'all', weights: 'packed', keepScratch: true, ownOutputs: false },
  ]);
});
