import { FormatError, listProblems } from '../errors.ts';
import type { PreprocessConfig } from './preprocess.ts';
import { huggingFacePreprocess } from './preprocess-forms/hugging-face.ts';
import { plainPreprocess } from './preprocess-forms/plain.ts';
import type { FormResult, ImageSize } from './preprocess-forms/preprocess-form.ts';
import { timmPreprocess } from './preprocess-forms/timm.ts';

/** Preprocessing together with where it comes from. */
export interface ParsedPreprocessConfig extends PreprocessConfig {
  /** True if the checkpoint says nothing and ImageNet's usual settings were taken. */
  assumed: boolean;
}

const imageNet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225], cropFraction: 0.875 };

/** Asked in this order; the first two have a key of their own, so that none takes the file of another. */
const forms = [plainPreprocess, timmPreprocess, huggingFacePreprocess];

/**
 * Finds out from the configuration file of a checkpoint what happens to a picture before the network sees it. Understood are
 *
 * - our own form: `{ preprocess: { resize_shorter?, interpolation?, center_crop?, mean, std, rgb? } }`,
 * - timm: `{ pretrained_cfg: { input_size, interpolation, crop_pct, crop_mode, mean, std } }` or the inner object alone,
 * - Hugging Face's `preprocessor_config.json`.
 *
 * If none of them is there (`undefined`, or an object with other keys), the answer is ImageNet's mean and standard deviation, bicubic
 * resizing of the shorter side to size / 0.875 and a centre crop, marked with `assumed: true`.
 *
 * @param config what `JSON.parse` returned
 * @param imageSize `[height, width]` of the network's input in pixels
 * @param where name of the file, for error messages
 * @throws FormatError that lists everything wrong in the file at once.
 */
export function parsePreprocessConfig(
  config: unknown,
  imageSize: ImageSize,
  where: string,
): ParsedPreprocessConfig {
  if (config === undefined || config === null) return imageNetPreprocess(imageSize);
  if (typeof config !== 'object' || Array.isArray(config)) {
    throw new FormatError({
      where,
      expected: 'a JSON object',
      got: Array.isArray(config) ? 'an array' : typeof config,
      remedy: 'Give the config.json or preprocessor_config.json of the checkpoint',
    });
  }
  const form = forms.find((candidate) => candidate.matches(config as Record<string, unknown>));
  if (!form) return imageNetPreprocess(imageSize);
  return {
    ...finish(form.parse(config as Record<string, unknown>, imageSize), imageSize, where),
    assumed: false,
  };
}

function finish(result: FormResult, [height, width]: ImageSize, where: string): PreprocessConfig {
  const problems = [...result.problems];
  const { config } = result;
  if (config && (config.cropHeight !== height || config.cropWidth !== width)) {
    problems.push(
      `expected pictures of ${height} x ${width} pixels as the network takes, got ${config.cropHeight} x ${config.cropWidth}`,
    );
  }
  if (config && problems.length === 0) return config;
  throw new FormatError(
    listProblems(
      `${where}: preprocessing settings that cannot be used. Correct them, or give others with the option preprocess.`,
      problems,
    ),
  );
}

/** The usual preprocessing of ImageNet for a network of any size, marked as assumed. */
export function imageNetPreprocess([height, width]: ImageSize): ParsedPreprocessConfig {
  return {
    resizeShorter: Math.floor(Math.min(height, width) / imageNet.cropFraction),
    interpolation: 'bicubic',
    cropHeight: height,
    cropWidth: width,
    mean: [...imageNet.mean],
    std: [...imageNet.std],
    channels: 3,
    scale: 1 / 255,
    assumed: true,
  };
}
