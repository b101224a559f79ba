import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readNpy } from '../src/files/read-npy.ts';
import { writeNpy } from '../src/files/write-npy.ts';
import { writeOnnx } from '../src/files/write-onnx.ts';
import { Graph } from '../src/graph/graph.ts';
import { GraphBuilder } from '../src/graph/graph-builder.ts';
import { Model } from '../src/graph/model.ts';
import { Tensor } from '../src/graph/tensor.ts';

const emulator = 'qemu-x86_64';
const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const emulated = process.arch === 'x64' && spawnSync(emulator, ['-version']).status === 0;

/** Runs the command line on a processor with AVX2 and without VNNI, which adds pairs of 8-bit products in 16 bits. */
const withoutVnni = (...args: string[]) =>
  execFileSync(emulator, ['-cpu', 'Haswell', process.execPath, main, ...args], { stdio: 'pipe' });

// Large levels times large weights of one sign: pairs of products beyond 2^15.
function saturatingNetwork(): Model {
  const graph = new Graph('saturating');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 4] }]);
  const build = new GraphBuilder(graph);
  const weight = (name: string, shape: [number, number], value: (i: number) => number) =>
    build.constant(
      name,
      Tensor.float32(
        shape,
        Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => value(i)),
      ),
    );
  const first = build.op('MatMul', ['x', weight('w1', [4, 64], (i) => 1 + (i % 3))]);
  const second = build.op('MatMul', [
    build.op('Relu', [first]),
    weight('w2', [64, 8], (i) => 1 - (i % 8) / 64),
  ]);
  build.op(
    'MatMul',
    [build.op('Relu', [second]), weight('w3', [8, 2], (i) => (i % 2 ? 0.1 : -0.1))],
    {},
    { name: 'y' },
  );
  graph.setOutputs([{ name: 'y', dataType: 'float32', shape: ['batch', 2] }]);
  return new Model(graph, 17);
}

it.skipIf(!emulated)('products on 8-bit synapses are exact on a processor without VNNI', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'transpike-vnni-'));
  const [source, spiking, x] = ['source.onnx', 'spiking.snn.onnx', 'x.npy'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  await writeOnnx(saturatingNetwork(), source);
  await writeNpy(x, { dataType: 'float32', shape: [2, 4], data: Float32Array.of(1, 2, 3, 4, 4, 3, 2, 1.5) });
  execFileSync(process.execPath, [main, 'convert', source, '--calibrate', x, '-T', '2', '-o', spiking], {
    stdio: 'pipe',
  });
  const logits: Float32Array[] = [];
  for (const synapses of ['float32', 'int8']) {
    const y = join(folder, `${synapses}.npy`);
    withoutVnni('run', spiking, '--input', x, '-T', '2', '--synapses', synapses, '-o', y);
    logits.push((await readNpy(y)).data as Float32Array);
  }
  const [float32, int8] = logits as [Float32Array, Float32Array];
  const largest = Math.max(...float32.map(Math.abs));
  const error = Math.max(...float32.map((value, i) => Math.abs(value - int8[i]!)));
  // 8-bit weights cost up to half a step in 127; saturation costs half of everything.
  expect(error / largest).toBeLessThan(0.01);
});
