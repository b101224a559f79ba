import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as browser from '../../src/browser.ts';
import { nativeRuntime } from '../../src/native/native-runtime.ts';
import { openNetwork } from '../../src/opening/open-network.ts';
import { Random } from '../../src/random.ts';
import type { Site } from '../../src/spiking/neuron-node.ts';

const ort = createRequire(import.meta.url)('onnxruntime-web') as browser.OnnxRuntimeWeb;
const command = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'transpike-browser-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  browser.installRuntime(nativeRuntime);
});

describe('transpike/browser', () => {
  it('is one file of at most 500 kB, packed, that needs nothing of Node and no native package', async () => {
    const build = await rolldown({ input: 'src/browser.ts', platform: 'browser', logLevel: 'silent' });
    const { output } = await build.generate({ format: 'esm', minify: true, codeSplitting: false });
    const [{ code, imports, dynamicImports }] = output;
    expect([...imports, ...dynamicImports]).toEqual([]);
    expect(code).not.toMatch(/__require\("/);
    expect(gzipSync(code).length).toBeLessThan(500_000);
  });

  it('converts and runs the bundled Transformer as the native runtime does', async () => {
    const bytes = await sourceBytes();
    const random = new Random(3);
    const images = {
      shape: [4, 1, 32, 32],
      data: Float32Array.from({ length: 4096 }, () => random.normal()),
    };
    const convertAndRun = async (runtime: browser.Runtime) => {
      browser.installRuntime(runtime);
      const options = { method: browser.methodNamed('ecmt'), steps: 2, calibration: () => [images] };
      const { model } = await browser.convert(browser.openModel(bytes, 'vit.onnx'), options);
      const engine = await browser.engines.fast(browser.planRun(model, { statistics: true }), {});
      const { logits, activity } = await engine.run(images);
      await engine.close();
      return { thresholds: browser.sitesOf(model).flatMap(positiveThresholds), logits, activity };
    };
    const [web, native] = [await convertAndRun(browser.webRuntime(ort)), await convertAndRun(nativeRuntime)];
    expect(web.thresholds).toHaveLength(native.thresholds.length);
    for (const [i, value] of web.thresholds.entries()) {
      expect(Math.abs(value / native.thresholds[i]! - 1)).toBeLessThan(1e-5);
    }
    // Spikes at ties part, and with them what comes behind: these four pictures keep their classes.
    expect(classes(web.logits)).toEqual(classes(native.logits));
    expect(Object.keys(web.activity!.spikes)).toEqual(Object.keys(native.activity!.spikes));
  });
});

describe('the command line without the native runtime', () => {
  it('says so in one line and runs networks in WebAssembly', () => {
    const hide = join(folder, 'hide.cjs');
    writeFileSync(
      hide,
      `const Module = require('node:module');
const load = Module._load;
Module._load = function (request, ...rest) {
  if (request === 'onnxruntime-node') throw new Error("Cannot find module 'onnxruntime-node'\\nRequire stack:");
  return load.call(this, request, ...rest);
};
`,
    );
    const args = ['--require', hide, command, 'doctor'];
    const { stdout, stderr, status } = spawnSync('node', args, { encoding: 'utf8', cwd: folder });
    expect(stderr).toBe(
      "onnxruntime-node cannot be loaded (Cannot find module 'onnxruntime-node'): networks run in WebAssembly, on one thread and several times slower. Run: npm install onnxruntime-node@1.30.0 --ignore-scripts\n",
    );
    expect(stdout).toMatch(/onnxruntime +1\.30\.0 \(onnxruntime-web\); used: WebAssembly, on one thread/);
    expect(status).toBe(0);
  });
});

/** The bundled Vision Transformer as an ONNX file with its weights inside. */
async function sourceBytes(): Promise<Uint8Array> {
  const { model } = await openNetwork('models/glyphs-vit');
  return browser.encodeModel(model, () => undefined);
}

function positiveThresholds({ parameters }: Site): number[] {
  return [...parameters.thresholdPositive!.toFloat32()];
}

/** The class of each picture at each step. */
function classes({ shape, data }: browser.FloatTensor): number[] {
  const width = shape.at(-1)!;
  return Array.from({ length: data.length / width }, (_, i) => {
    const row = Array.from(data.subarray(i * width, (i + 1) * width));
    return row.indexOf(Math.max(...row));
  });
}
