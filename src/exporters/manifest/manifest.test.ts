import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeExport } from '../../files/write-export.ts';
import { npyToFloat32, parseNpy } from '../../formats/npy.ts';
import { residualInput, spikingResidual } from '../circuit/residual-network.fixture.ts';
import type { ExportedFolder } from '../define-exporter.ts';
import { quantiseCircuit } from '../integer/quantise-circuit.ts';
import { IntegerTwin } from '../integer/run-integer.ts';
import { manifest } from './manifest.ts';
import { manifestSchema } from './manifest-schema.ts';
import { toManifest } from './to-manifest.ts';

const hasNumpy = (() => {
  try {
    execFileSync('python3', ['-c', 'import numpy'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

let folder: string;
let files: ExportedFolder;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'manifest-'));
  const settings = { goldenInput: residualInput(), weightBits: 4 } as const;
  files = (await manifest.make(await spikingResidual(), settings)) as ExportedFolder;
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

const network = () => manifestSchema.parse(JSON.parse(new TextDecoder().decode(files.get('network.json'))));
const array = (name: string) => parseNpy(files.get(name) ?? new Uint8Array(0), name);

/** The reader that docs/hand-off.md shows. */
const reader = () =>
  /```python\n(import json[\s\S]*?)```/.exec(readFileSync('docs/hand-off.md', 'utf8'))?.[1] ?? '';

describe('a manifest', () => {
  it('names files that there are, with the shapes and types that its schema says', () => {
    const { layers, golden, steps, weightBits } = network();
    expect([steps, weightBits, golden.samples]).toEqual([6, 4, 3]);
    const named = JSON.stringify(network()).match(/[\w.-]+\.npy/g) ?? [];
    expect(new Set(named)).toEqual(new Set([...files.keys()].filter((name) => name !== 'network.json')));
    for (const layer of layers) {
      if (layer.kind !== 'population') continue;
      expect(array(layer.golden)).toMatchObject({ dataType: 'uint8', shape: [3, 6, ...layer.shape] });
      expect(array(layer.neuron?.threshold.integer ?? '')).toMatchObject({
        dataType: 'int32',
        shape: layer.shape,
      });
      expect(layer.expectedSpikes).toBeGreaterThan(0);
      for (const { weight } of layer.synapses) {
        const { dataType, data } = array(weight);
        expect(dataType).toBe('int8');
        expect(
          Math.max(...npyToFloat32({ shape: [data.length], dataType, data }).map(Math.abs)),
        ).toBeLessThanOrEqual(7);
      }
    }
  });

  it('has matrices behind maps of one place, which are as long as their channels are many', () => {
    const numbers = (...values: number[]) => Float64Array.from(values);
    const circuit = quantiseCircuit(
      {
        steps: 1,
        nodes: [
          { kind: 'input', name: 'x', reads: [], overTime: false, shape: [2, 1, 1] },
          { kind: 'flatten', name: 'f', reads: ['x'], from: [2, 1, 1], shape: [2] },
          { kind: 'linear', name: 'w', reads: ['f'], from: [2], shape: [1], weight: numbers(0.5, 1) },
          { kind: 'output', name: 'y', reads: ['w'], shape: [1] },
        ],
      },
      () => 1,
    );
    const input = new Map([['x', Int32Array.of(1, 2)]]);
    const samples = function* () {
      yield { input, run: new IntegerTwin(circuit).run(input) };
    };
    const made = toManifest({ network: circuit, samples }, 'net');
    const { layers } = manifestSchema.parse(JSON.parse(new TextDecoder().decode(made.get('network.json'))));
    expect(layers[1]).toMatchObject({
      kind: 'output',
      synapses: [{ kind: 'dense', weight: 'y.w.weight.npy' }],
    });
    expect(parseNpy(made.get('y.w.weight.npy') ?? new Uint8Array(0), 'w')).toMatchObject({ shape: [1, 2] });
    // 64 · 1 + 127 · 2
    expect([...parseNpy(made.get('y.golden.npy') ?? new Uint8Array(0), 'y').data]).toEqual([318]);
  });

  it.skipIf(!hasNumpy)('is run to its golden spikes by the few lines of Python in the docs', async () => {
    const at = join(folder, 'net');
    await writeExport(files, at);
    const script = join(folder, 'reader.py');
    writeFileSync(script, reader());
    expect(execFileSync('python3', [script, at], { encoding: 'utf8' })).toBe('equal\n');
    // A train that is damaged is found.
    const spikes = network().layers.find(({ kind }) => kind === 'population');
    const damaged = spikes?.kind === 'population' ? join(at, spikes.golden) : '';
    const bytes = readFileSync(damaged);
    bytes[bytes.length - 1] = 1 - (bytes.at(-1) ?? 0);
    writeFileSync(damaged, bytes);
    expect(execFileSync('python3', [script, at], { encoding: 'utf8' })).toMatch(/^relu.* differs\n$|differs/);
  });

  it('replaces a manifest and an empty folder, and nothing else', async () => {
    const at = join(folder, 'again');
    await writeExport(files, at);
    await writeExport(files, at);
    expect(
      readFileSync(join(at, 'network.json')).equals(files.get('network.json') ?? new Uint8Array(0)),
    ).toBe(true);
    const other = mkdtempSync(join(folder, 'other-'));
    writeFileSync(join(other, 'precious.txt'), 'x');
    await expect(writeExport(files, other)).rejects.toThrow(
      `${other}: expected a new folder, an empty one, or one with network.json, got a folder that holds something else. Choose another output path.`,
    );
  });
});
