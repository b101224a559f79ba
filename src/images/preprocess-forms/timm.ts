import * as z from 'zod';
import type { PreprocessConfig } from '../preprocess.ts';
import {
  channelDeviations,
  channelMeans,
  channelSettings,
  definePreprocessForm,
  lengthProblem,
  pixels,
} from './preprocess-form.ts';

/** timm trains with a random choice of filters under this name, and tests with bilinear. */
const randomFilter = 'random';

/**
 * timm's `pretrained_cfg`. The picture is resized to `floor(input size / crop_pct)`: the shorter side with `crop_mode` 'center', both
 * sides with 'squash'. Defaults as in timm: bicubic, crop_pct 0.875, centre. The mode 'border' and centre crops of inputs that are not
 * square are refused.
 */
export const timmPreprocess = definePreprocessForm({
  name: 'timm',
  matches: (config) =>
    config.pretrained_cfg !== undefined || (config.input_size !== undefined && config.mean !== undefined),
  select: (config) =>
    config.pretrained_cfg === undefined
      ? { value: config, path: '' }
      : { value: config.pretrained_cfg, path: 'pretrained_cfg' },
  schema: z.looseObject({
    input_size: z.tuple([z.union([z.literal(1), z.literal(3)]), pixels, pixels], {
      error: 'expected [channels, height, width] with 1 or 3 channels',
    }),
    interpolation: z
      .enum(['bilinear', 'bicubic', 'lanczos', 'box', 'nearest', randomFilter])
      .default('bicubic'),
    crop_pct: z.number().positive().max(1).nullish(),
    crop_mode: z.enum(['center', 'squash'], { error: "expected 'center' or 'squash'" }).nullish(),
    mean: channelMeans,
    std: channelDeviations,
  }),
  build({ input_size: [channels, cropHeight, cropWidth], interpolation, crop_pct, crop_mode, mean, std }) {
    const scaled = (size: number) => Math.floor(size / (crop_pct ?? 0.875));
    const squash = crop_mode === 'squash';
    const problems = lengthProblem(mean, std);
    if (mean.length !== channels) {
      problems.push(`mean: expected ${channels} numbers as input_size has channels, got ${mean.length}`);
    }
    if (!squash && cropHeight !== cropWidth) {
      problems.push(
        `input_size: expected a square input for crop_mode 'center', got ${cropHeight} x ${cropWidth}`,
      );
    }
    const config: PreprocessConfig = {
      ...(squash
        ? { resize: [scaled(cropHeight), scaled(cropWidth)] as [number, number] }
        : { resizeShorter: scaled(cropHeight) }),
      interpolation: interpolation === randomFilter ? 'bilinear' : interpolation,
      cropHeight,
      cropWidth,
      ...channelSettings(mean, std),
      scale: 1 / 255,
    };
    return { config, problems };
  },
});
