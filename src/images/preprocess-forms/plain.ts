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

const sizeOrPair = z.union([pixels, z.tuple([pixels, pixels])], {
  error: 'expected a number of pixels or [height, width]',
});

/**
 * Our own form: an object `preprocess` with the settings in plain words. Without `resize_shorter` and `center_crop`
 * pictures of another size are resized to the network's input; with `center_crop` alone they are only cropped.
 * `interpolation` defaults to bicubic.
 */
export const plainPreprocess = definePreprocessForm({
  name: 'plain',
  matches: (config) => config.preprocess !== undefined,
  select: (config) => ({ value: config.preprocess, path: 'preprocess' }),
  schema: z.looseObject({
    resize_shorter: pixels.optional(),
    interpolation: z.enum(['bilinear', 'bicubic', 'lanczos', 'box', 'nearest']).default('bicubic'),
    center_crop: sizeOrPair.optional(),
    mean: channelMeans,
    std: channelDeviations,
    rgb: z
      .literal(true, { error: 'expected true (only the channel order red, green, blue is known)' })
      .optional(),
  }),
  build({ resize_shorter: shorter, interpolation, center_crop: crop, mean, std }, [height, width]) {
    const [cropHeight, cropWidth] = typeof crop === 'number' ? [crop, crop] : (crop ?? [height, width]);
    const config: PreprocessConfig = {
      ...(shorter !== undefined && { resizeShorter: shorter }),
      ...(shorter === undefined && crop === undefined && { resize: [height, width] as [number, number] }),
      interpolation,
      cropHeight,
      cropWidth,
      ...channelSettings(mean, std),
      scale: 1 / 255,
    };
    return { config, problems: lengthProblem(mean, std) };
  },
});
