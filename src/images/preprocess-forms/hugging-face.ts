import * as z from 'zod';
import type { PreprocessConfig } from '../preprocess.ts';
import type { ResampleFilter } from '../resample.ts';
import {
  channelDeviations,
  channelMeans,
  channelSettings,
  definePreprocessForm,
  type ImageSize,
  lengthProblem,
  pixels,
} from './preprocess-form.ts';

/** Pillow's numbers of the filters. */
const filterNumbers: Record<number, ResampleFilter> = {
  0: 'nearest',
  1: 'lanczos',
  2: 'bilinear',
  3: 'bicubic',
  4: 'box',
};

const size = z.union(
  [pixels, z.looseObject({ height: pixels, width: pixels }), z.looseObject({ shortest_edge: pixels })],
  { error: 'expected a number of pixels, { height, width } or { shortest_edge }' },
);

const schema = z
  .looseObject({
    image_processor_type: z.string().optional(),
    feature_extractor_type: z.string().optional(),
    do_resize: z.boolean().default(true),
    size: size.optional(),
    crop_pct: z.number().positive().max(1).nullish(),
    resample: z
      .int()
      .optional()
      .refine((number) => number === undefined || number in filterNumbers, {
        error: 'expected 0 (nearest), 1 (lanczos), 2 (bilinear), 3 (bicubic) or 4 (box)',
      }),
    do_center_crop: z.boolean().nullish(),
    crop_size: size.nullish(),
    do_rescale: z.boolean().nullish(),
    rescale_factor: z.number().positive().nullish(),
    rescale_offset: z
      .literal(false, { error: 'expected false (an offset between rescaling and normalising is not known)' })
      .nullish(),
    do_normalize: z.boolean().nullish(),
    image_mean: channelMeans.nullish(),
    image_std: channelDeviations.nullish(),
  })
  .superRefine((config, context) => {
    if (config.do_normalize === false) return;
    for (const key of ['image_mean', 'image_std'] as const) {
      if (!config[key])
        context.addIssue({ code: 'custom', path: [key], message: 'missing, though do_normalize is on' });
    }
  });

type HuggingFaceConfig = z.infer<typeof schema>;

/**
 * Hugging Face's `preprocessor_config.json`. A bare number as `size` means a square, except for CLIP and ConvNeXT
 * processors, where it is the shorter side. Defaults: resize on, bilinear, no centre crop, rescale by 1/255, normalise on.
 */
export const huggingFacePreprocess = definePreprocessForm({
  name: 'hugging-face',
  matches: (config) =>
    ['do_resize', 'do_normalize', 'image_mean', 'image_processor_type'].some((key) => key in config),
  select: (config) => ({ value: config, path: '' }),
  schema,
  build(config, imageSize) {
    const resize = config.do_resize ? resizeOf(config, imageSize) : {};
    const [cropHeight, cropWidth] = cropOf(config) ?? resize.resize ?? resize.crop ?? imageSize;
    const normalise = config.do_normalize !== false;
    const mean = normalise ? config.image_mean! : [0, 0, 0];
    const std = normalise ? config.image_std! : [1, 1, 1];
    const result: PreprocessConfig = {
      ...(resize.resize && { resize: resize.resize }),
      ...(resize.resizeShorter && { resizeShorter: resize.resizeShorter }),
      interpolation: filterNumbers[config.resample ?? 2]!,
      cropHeight,
      cropWidth,
      ...channelSettings(mean, std),
      scale: config.do_rescale === false ? 1 : (config.rescale_factor ?? 1 / 255),
    };
    return { config: result, problems: lengthProblem(mean, std) };
  },
});

/** How a picture is resized, and what the processor crops it to if the file asks for no other crop. */
interface Resizing {
  resize?: [height: number, width: number];
  resizeShorter?: number;
  crop?: ImageSize;
}

function cropOf({ do_center_crop, crop_size }: HuggingFaceConfig): ImageSize | undefined {
  if (!do_center_crop || crop_size === undefined || crop_size === null) return undefined;
  if (typeof crop_size === 'number') return [crop_size, crop_size];
  if ('shortest_edge' in crop_size) return undefined;
  return [crop_size.height as number, crop_size.width as number];
}

function resizeOf({ size, crop_pct, ...config }: HuggingFaceConfig, imageSize: ImageSize): Resizing {
  if (size === undefined) return { resize: [...imageSize] };
  const processor = config.image_processor_type ?? config.feature_extractor_type ?? '';
  if (typeof size !== 'number' && !('shortest_edge' in size)) {
    return { resize: [size.height as number, size.width as number] };
  }
  const edge = typeof size === 'number' ? size : (size.shortest_edge as number);
  if (/^convnext/i.test(processor)) return convNextResize(edge, crop_pct ?? 224 / 256);
  if (typeof size === 'number' && !/^clip/i.test(processor)) return { resize: [edge, edge] };
  return { resizeShorter: edge };
}

/** ConvNeXT crops only pictures below 384 pixels. */
function convNextResize(edge: number, cropFraction: number): Resizing {
  if (edge >= 384) return { resize: [edge, edge] };
  return { resizeShorter: Math.trunc(edge / cropFraction), crop: [edge, edge] };
}
