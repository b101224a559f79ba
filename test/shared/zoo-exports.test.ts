import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { convert } from '../../src/conversion/convert.ts';
import { ecmt } from '../../src/methods/ecmt.ts';
import { openNetwork } from '../../src/opening/open-network.ts';
import { hasShared, shared } from './shared-folder.ts';
import { samplesOf } from './zoo-samples.ts';

const there = hasShared('golden', 'zoo');
const exports = there
  ? readdirSync(shared('golden', 'zoo'), { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('.onnx'),
    )
  : [];

describe.skipIf(!there)('exports of the networks of timm and transformers', () => {
  it.each(exports)('%s: is converted by ecmt', async (path) => {
    const { model } = await openNetwork(shared('golden', 'zoo', path));
    const samples = await samplesOf(dirname(path));
    const { record } = await convert(model, { method: ecmt, steps: 4, calibration: () => [samples] });
    expect(record.sites.length).toBeGreaterThan(1);
    expect(record.parityDeviation).toBeLessThan(1e-4);
  });
});
