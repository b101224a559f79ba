/**
 * Data sets, pictures, and batches of what networks take.
 *
 * @example
 * ```ts
 * import { data } from 'transpike';
 *
 * const glyphs = await data.openDataset('glyphs:test', { limit: 100 });
 * const sample = await glyphs.sample(0);
 * console.log(glyphs.kind, glyphs.size, sample.kind); // glyphs 100 image
 * const { width, height } = data.resizeImage(sample.image, 16, 16, 'bilinear');
 * console.log(width, height); // 16 16
 * ```
 *
 * @module
 */
export type { Dataset, DatasetOptions, Sample } from '../data/dataset.ts';
export { type DatasetKind, defineDataset } from '../data/define-dataset.ts';
export { type Batch, type LoadOptions, loadBatches, type TensorBatch } from '../data/load-batch.ts';
export { datasetKinds } from '../datasets/dataset-kinds.ts';
export { decodeImage } from '../decoding/decode-image.ts';
export { type PreprocessConfig, preprocessImage } from '../images/preprocess.ts';
export { resizeImage } from '../images/resample.ts';
export { greyImage, type RgbImage } from '../images/rgb-image.ts';
export { openDataset } from '../opening/open-dataset.ts';
