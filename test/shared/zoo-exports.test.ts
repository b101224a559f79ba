import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { convert } from '../../src/conversion/convert.ts';
import { prepareSource } from '../../src/conversion/prepare-source.ts';
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
/** Exports that are refused, and what is said of them. */
const refused: Record<string, string> = {
  'hf-dinov2-interpolated/model.onnx':
    "got Resize '/m/dinov2/embeddings/Resize', which ONNX Runtime does not run as it stands there",
  'timm-convnextv2/model.opset18.onnx': 'a loop that puts tensors together is not unrolled',
};
const ofImages = exports.filter((path) =>
  readdirSync(shared('golden', 'zoo', path, '..')).includes('input.npy'),
);

describe.skipIf(!there)('exports of the networks of timm and transformers', () => {
  it.each(ofImages.filter((path) => !(path in refused)))('%s: is converted by ecmt', async (path) => {
    const { model } = await openNetwork(shared('golden', 'zoo', path));
    const { shape, ...array } = await readNpy(shared('golden', 'zoo', path, '..', 'input.npy'));
    const images = { shape, data: npyToFloat32({ shape, ...array }) };
    const { record } = await convert(model, { method: ecmt, steps: 4, calibration: () => [images] });
    expect(record.sites.length).toBeGreaterThan(1);
    expect(record.parityDeviation).toBeLessThan(1e-4);
  });

  it.each(Object.entries(refused))('%s: is refused by name', async (path, words) => {
    const { model } = await openNetwork(shared('golden', 'zoo', path));
    await expect(prepareSource(model, ecmt)).rejects.toThrow(words);
  });
});
