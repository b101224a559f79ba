import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeNpy } from '../formats/npy.ts';
import { encodeNpz } from './npz.fixture.ts';
import { readNpz } from './read-npz.ts';

const ids = { shape: [2, 2], dataType: 'int64', data: BigInt64Array.of(1n, 2n, 3n, 2n ** 60n) } as const;
const scale = { shape: [], dataType: 'float32', data: Float32Array.of(0.5) } as const;

async function written(bytes: Uint8Array): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'npz-')), 'x.npz');
  await writeFile(path, bytes);
  return path;
}

describe('readNpz', () => {
  it.each([false, true])('reads arrays by name, compressed: %s', async (compressed) => {
    const path = await written(
      encodeNpz({ ids: { ...ids, shape: [2, 2] }, scale: { ...scale, shape: [] } }, compressed),
    );
    expect(await readNpz(path)).toEqual(
      new Map<string, unknown>([
        ['ids', ids],
        ['scale', scale],
      ]),
    );
  });

  it('says what is wrong with a file that is none', async () => {
    const path = await written(encodeNpy({ ...scale, shape: [] }));
    await expect(readNpz(path)).rejects.toThrow(
      `${path}: expected a ZIP archive with its directory at the end, got other bytes. Write the file again with numpy.savez.`,
    );
  });

  it('names the array that is damaged', async () => {
    const bytes = encodeNpz({ ids: { ...ids, shape: [2, 2] } }, true);
    bytes.fill(255, 45, 60);
    const path = await written(bytes);
    await expect(readNpz(path)).rejects.toThrow(`${path}: array 'ids.npy': expected a deflated array, got `);
  });

  it.each([1, 21, 30, 100])(
    'throws nothing but format errors where a file ends early: %i bytes before',
    async (missing) => {
      const bytes = encodeNpz({ ids: { ...ids, shape: [2, 2] } }, false);
      await expect(readNpz(await written(bytes.subarray(0, bytes.length - missing)))).rejects.toMatchObject({
        kind: 'format',
      });
    },
  );
});
