import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { Graph } from '../../src/graph/graph.ts';
import { GraphBuilder } from '../../src/graph/graph-builder.ts';
import { Model } from '../../src/graph/model.ts';
import { Tensor } from '../../src/graph/tensor.ts';
import { nativeRuntime } from '../../src/native/native-runtime.ts';
import { bundle, coreFiles } from './bundle.fixture.ts';
import * as here from './core.fixture.ts';

/** What a bundle cannot have inside: other modules that it imports, or asks for by `require`. */
async function needs(files: readonly string[]): Promise<string[]> {
  const { code, fileName, imports, dynamicImports } = await bundle(files);
  const required = [...code.matchAll(/__require\("([^"]+)"\)/g)].map(([, name]) => name!);
  return [...new Set([...imports, ...dynamicImports, ...required])].filter((name) => name !== fileName);
}

describe('the core in a bundle', () => {
  it('needs nothing of Node and no native package', async () => {
    const files = coreFiles();
    expect(files).toContain('src/conversion/convert.ts');
    expect(files).toContain('src/report/evaluation-report.ts');
    expect(files).not.toContain('src/files/read-onnx.ts');
    expect(await needs(files)).toEqual([]);
  });

  it('shows what files of outer rooms need', async () => {
    expect(await needs(['src/files/read-npy.ts'])).toEqual(['node:fs/promises']);
    expect(await needs(['src/native/discard-copy.ts'])).toEqual(['node:worker_threads']);
  });
});

/** A convolution, an activation and a classifier for 3 × 6 × 6 pixels. */
function network(): Model {
  const graph = new Graph('small');
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 3, 6, 6] });
  const build = new GraphBuilder(graph);
  const weight = (name: string, ...shape: number[]) =>
    build.constant(name, Tensor.float32(shape, wave(shape.reduce((a, b) => a * b, 1))));
  const convolved = build.op('Conv', ['x', weight('w1', 4, 3, 3, 3)], { kernel_shape: [3, 3] });
  const hidden = build.op('Flatten', [build.op('Relu', [convolved])], { axis: 1 });
  const mixed = build.op('Relu', [build.op('MatMul', [hidden, weight('w2', 64, 8)])]);
  build.op('MatMul', [mixed, weight('w3', 8, 5)], {}, { name: 'logits' });
  graph.addOutput({ name: 'logits', dataType: 'float32', shape: ['batch', 5] });
  return new Model(graph, 17);
}

const wasm = { kernels: 'src/kernels/kernels.wasm', resample: 'src/images/resample.wasm' };

const wave = (size: number) => Float32Array.from({ length: size }, (_, i) => Math.sin(3 * i + 1));

/** Reads, converts, writes and runs with the core as it is here, or as it comes out of a bundle. */
async function convertAndRun(core: typeof here, bytes: Uint8Array) {
  const images = { shape: [2, 3, 6, 6], data: wave(216) };
  const { model } = await core.convert(core.parseOnnx(bytes, 'small.onnx'), {
    method: core.ecmt,
    steps: 3,
    calibration: () => [images],
  });
  const engine = await core.engines.fast(core.planRun(model, { statistics: true }), {});
  const { logits, activity } = await engine.run(images);
  await engine.close();
  return { bytes: core.encodeModel(model, () => undefined), logits: [...logits.data], activity };
}

/** What the script finds beside JavaScript itself. Arrays of numbers are those of the runtime, as in a page. */
const page = Object.fromEntries(
  [/Array$/, /^DataView$/, /^ArrayBuffer$/, /^Text(En|De)coder$/, /^performance$/].flatMap((wanted) =>
    Object.getOwnPropertyNames(globalThis)
      .filter((name) => wanted.test(name) && name !== 'Array')
      .map((name) => [name, globalThis[name as keyof typeof globalThis]]),
  ),
);

describe('the core without Node', () => {
  it('converts a network to the same bytes and runs it with the same results, in a runtime that was handed in', async () => {
    const { code } = await bundle(['test/core/core.fixture.ts'], 'iife');
    const core = runInContext(`${code}\ncore;`, createContext(page)) as typeof here;
    const bytes = here.encodeModel(network(), () => undefined);
    await expect(convertAndRun(core, bytes)).rejects.toThrow(
      'running a network: expected a runtime, got none',
    );
    core.installRuntime(nativeRuntime);
    core.installModules((name) => readFileSync(wasm[name]));
    const { activity, ...results } = await convertAndRun(core, bytes);
    const { activity: expected, ...others } = await convertAndRun(here, bytes);
    expect(results).toEqual(others);
    expect(JSON.stringify(activity)).toBe(JSON.stringify(expected));
  });
});
