import { fileURLToPath } from 'node:url';

/** The Vision Transformer that comes with the package. */
export const bundledModel = fileURLToPath(new URL('../../models/glyphs-vit', import.meta.url));

/** Generated pictures it knows: no download, the same on every machine. */
export const bundledData = { evaluate: 'glyphs:test?size=2000', calibrate: 'glyphs:train?size=512' } as const;
