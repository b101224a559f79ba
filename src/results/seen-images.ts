import { z } from 'zod';

/** What a network has met an image for: its thresholds were chosen on it, or it was chosen among others by it. */
export const seenForSchema = z.enum(['calibration', 'selection']);

/** Schema of {@link SeenImages}: how many of the images measured on a network has met before. */
export const seenImagesSchema = z.object({
  /** Images that it was calibrated on. */
  calibration: z.int().nonnegative(),
  /** Other images by which it was chosen among several. */
  selection: z.int().nonnegative(),
});

/** What a network has met an image for. */
export type SeenFor = z.infer<typeof seenForSchema>;

/** How many of the images measured on a network has met before: on others it is likely worse. */
export type SeenImages = z.infer<typeof seenImagesSchema>;
