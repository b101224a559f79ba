import { clip, pad, slice, topK } from './attributes-to-inputs.ts';
import type { Upgrade } from './define-upgrade.ts';
import { batchNormalization, scatter } from './names.ts';
import { resize, upsample } from './resizing.ts';

/** Every operator that was written in another way before opset 11, by its name of then. */
export const upgrades: ReadonlyMap<string, Upgrade> = new Map(
  Object.entries({
    BatchNormalization: batchNormalization,
    Clip: clip,
    Pad: pad,
    Resize: resize,
    Scatter: scatter,
    Slice: slice,
    TopK: topK,
    Upsample: upsample,
  }),
);
