import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { convert } from '../../src/conversion/convert.ts';
import { readNpy } from '../../src/files/read-npy.ts';
import { npyToFloat32 } from '../../src/formats/npy.ts';
import { ecmt } from '../../src/methods/ecmt.ts';
import { openNetwork } from '../../src/opening/open-network.ts';
import { hasShared, shared } from './shared-folder.ts';

const there = hasShared('golden', 'zoo');
const exports = there
  ? readdirSync(shared('golden', 'zoo'), { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('.onnx'),
    )
  : [];
const ofImages = exports.filter((path) =>
  readdirSync(shared('golden', 'zoo', path, '..')).includes('input.npy'),
);

describe.skipIf(!there)('exports of the networks of timm and transformers', () => {
  it.each(ofImages)('%s: is converted by ecmt', async (path) => {
    const { model } = await openNetwork(shared('golden', 'zoo', path));
    const { shape, ...array } = await readNpy(shared('golden', 'zoo', path, '..', 'input.npy'));
    const images = { shape, data: npyToFloat32({ shape, ...array }) };
    const { record } = await convert(model, { method: ecmt, steps: 4, calibration: () => [images] });
    expect(record.sites.length).toBeGreaterThan(1);
    expect(record.parityDeviation).toBeLessThan(1e-4);
  });
});
