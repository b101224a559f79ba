import h5wasm from 'h5wasm';
import { describe, expect, it } from 'vitest';
import { encodeNir, readNir } from './nir-file.ts';
import { type NirGraph, nirFloats, nirIntegers } from './nir-graph.ts';

const graph: NirGraph = {
  version: '1.0.6',
  nodes: new Map([
    ['input', { type: 'Input', parameters: new Map([['shape', nirIntegers([2])]]), words: new Map() }],
    [
      'fc.1',
      {
        type: 'Affine',
        parameters: new Map([
          ['weight', nirFloats([1, 2], [0.5, -1.25])],
          ['bias', nirFloats([1], [3])],
        ]),
        words: new Map(),
        metadata: new Map([['said', 'something']]),
      },
    ],
    ['output', { type: 'Output', parameters: new Map([['shape', nirIntegers([1])]]), words: new Map() }],
  ]),
  edges: [
    ['input', 'fc.1'],
    ['fc.1', 'output'],
  ],
  metadata: new Map([['dt', nirFloats([], [0.5])]]),
};

/** The bytes of a file that something is done to with the library itself. */
async function fileWith(change: (file: InstanceType<typeof h5wasm.File>) => void): Promise<Uint8Array> {
  const { FS } = await h5wasm.ready;
  const file = new h5wasm.File('/made.h5', 'w');
  change(file);
  file.close();
  return FS.readFile('/made.h5');
}

describe('a NIR file', () => {
  it('is read as it was written', async () => {
    expect(await readNir(await encodeNir(graph), 'net.nir')).toEqual(graph);
  });

  it('that is damaged is refused with what is wrong', async () => {
    const bytes = await encodeNir(graph);
    for (const cut of [0, 7, 100, bytes.length >> 1, bytes.length - 40]) {
      await expect(readNir(bytes.slice(0, cut), 'net.nir')).rejects.toThrow(
        /^net\.nir.*: expected .*, got .*\. /,
      );
    }
    for (let at = 0; at < bytes.length; at += 397) {
      const damaged = bytes.slice();
      damaged[at]! ^= 0xff;
      // What still opens is a graph; all else says so.
      await readNir(damaged, 'net.nir').catch((error: Error) => expect(error.name).toBe('FormatError'));
    }
  });

  it('that lacks its parts is refused', async () => {
    const bytes = await fileWith((file) => file.create_group('other'));
    await expect(readNir(bytes, 'net.nir')).rejects.toThrow(
      'net.nir: expected a NIR file: node/nodes and node/edges, got other. Write the network with the NIR package.',
    );
  });

  it('cannot lead out of itself, in circles, or into memory that is not there', async () => {
    const circle = await fileWith((file) => {
      const group = file.create_group('node');
      group.create_soft_link('/node', 'again');
    });
    await expect(readNir(circle, 'net.nir')).rejects.toThrow(
      /groups at most 8 deep, got more, or links in a circle/,
    );
    const out = await fileWith((file) => {
      file.create_group('node').create_external_link('/etc/passwd', '/', 'nodes');
    });
    await expect(readNir(out, 'net.nir')).rejects.toThrow(/^net\.nir: '\/node\/nodes': expected /);
    const huge = await fileWith((file) => {
      const empty = { data: new Float32Array(1), shape: [1], dtype: '<f', chunks: [1], maxshape: [null] };
      file.create_group('node').create_dataset({ name: 'edges', ...empty });
      (file.get('node/edges') as unknown as { resize(shape: number[]): void }).resize([2 ** 40]);
    });
    await expect(readNir(huge, 'net.nir')).rejects.toThrow(
      /'\/node\/edges': expected arrays of at most 268435456 elements together, got \[1099511627776\]/,
    );
  });
});
