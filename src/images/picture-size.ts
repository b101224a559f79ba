import { huggingFacePreprocess } from './preprocess-forms/hugging-face.ts';
import type { ImageSize } from './preprocess-forms/preprocess-form.ts';

/** Height and width of the pictures that a `preprocessor_config.json` makes; `undefined` if it does not say. */
export function pictureSize(config: unknown): ImageSize | undefined {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) return undefined;
  const fields = config as Record<string, unknown>;
  if (!huggingFacePreprocess.matches(fields)) return undefined;
  const made = huggingFacePreprocess.parse(fields, [0, 0]).config;
  return made && made.cropHeight > 0 && made.cropWidth > 0 ? [made.cropHeight, made.cropWidth] : undefined;
}
