import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readNpy } from '../../src/files/read-npy.ts';
import { npyToFloat32 } from '../../src/formats/npy.ts';
import { openNetwork } from '../../src/opening/open-network.ts';
import { OrtSession } from '../../src/sessions/ort-session.ts';
import { hasShared, shared } from './shared-folder.ts';

const there = hasShared('golden', 'zoo');
const folders = there
  ? readdirSync(shared('golden', 'zoo'), { withFileTypes: true }).filter((entry) => entry.isDirectory())
  : [];

/** Families that are opened by name; the others must be refused. */
const opened = new Set([
  ...['hf-deit-distilled', 'hf-vit', 'hf-vit-v5', 'timm-clip', 'timm-clip-quickgelu', 'timm-deit-distilled'],
  ...['timm-deit3', 'timm-dinov2', 'timm-dinov2-reg4', 'timm-siglip-gap', 'timm-vit', 'timm-vit-avg'],
  ...['timm-vit-f16-name-only', 'timm-vit-post-norm', 'timm-vit-qk-norm', 'timm-vit-reg4-gap'],
]);

describe.skipIf(!there)('checkpoints of timm and transformers', () => {
  it.each(folders.map(({ name }) => name))(
    '%s: logits within 1e-5 of the largest, or refused',
    async (name) => {
      const folder = shared('golden', 'zoo', name);
      if (!opened.has(name))
        return expect(openNetwork(folder)).rejects.toThrow(/config\.json|cannot be|expected/);
      const { model } = await openNetwork(folder);
      const input = await readNpy(`${folder}/input.npy`);
      const expected = npyToFloat32(await readNpy(`${folder}/logits.npy`));
      const session = await OrtSession.create(model);
      const batch = { shape: input.shape, data: npyToFloat32(input) };
      const { data } = (await session.run(batch).finally(() => session.release())).get('logits')!;
      const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const deviation = Array.from(data).reduce(
        (most, value, i) => Math.max(most, Math.abs(value - expected[i]!)),
        0,
      );
      expect(data).toHaveLength(expected.length);
      expect(deviation / largest).toBeLessThan(1e-5);
    },
  );
});
