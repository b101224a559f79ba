// Builds the pages of the playground and the studio into dist/pages, each a folder for itself, and puts the bundled network beside the playground.
// Needs the built library in dist.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { convertNetwork, openNetwork } from '../dist/index.js';

const root = fileURLToPath(new URL('..', import.meta.url));

for (const page of ['playground', 'studio']) {
  await build({
    root: join(root, 'pages', page),
    configFile: join(root, 'pages', 'vite.config.ts'),
    build: { outDir: join(root, 'dist', 'pages', page) },
  });
}
await bundleNetwork();

/** The bundled Vision Transformer as a spiking network, as `transpike convert glyphs-vit --calibrate glyphs:train --calibration-limit 64` makes it. */
async function bundleNetwork() {
  const source = await openNetwork(join(root, 'models', 'glyphs-vit'));
  const output = join(root, 'dist', 'pages', 'playground', 'glyphs-vit.snn.onnx');
  await convertNetwork(source, {
    calibration: 'glyphs:train',
    calibrationLimit: 64,
    steps: 4,
    output,
    force: true,
  });
}
