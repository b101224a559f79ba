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
 * @example
 * ```ts
 * import { data } from 'transpike';
 *
 * const sensor = new data.DvsSensor(1, 1, { onThreshold: 0.25, offThreshold: 0.25 });
 * sensor.start(0, Float64Array.of(0));
 * sensor.advance(1, Float64Array.of(1));
 * const seen = sensor.take();
 * console.log([...seen.t].join(', ')); // 250000, 500000, 750000, 1000000
 * const counts = data.binEvents(seen, { width: 1, height: 1, steps: 2, start: 0, duration: 1_000_001 });
 * console.log(counts.shape.join(' × '), [...counts.data].join(' ')); // 2 × 2 × 1 × 1 0 2 0 2
 * ```
 *
 * @module
 */
export type { Dataset, DatasetOptions, EventRecording, Sample } from '../data/dataset.ts';
export { type DatasetKind, defineDataset } from '../data/define-dataset.ts';
export { type Batch, type LoadOptions, loadBatches, type TensorBatch } from '../data/load-batch.ts';
export { datasetKinds } from '../datasets/dataset-kinds.ts';
export { decodeImage } from '../decoding/decode-image.ts';
export { augmentEvents, type EventAugmentation } from '../events/augment-events.ts';
export {
  type BinSettings,
  binEvents,
  type EventFrame,
  eventFrames,
  type FrameSettings,
} from '../events/bin-events.ts';
export { type IntensityPicture, type SaccadeSettings, saccadeScene } from '../events/scenes/saccades.ts';
export { type Scene, type SimulationSettings, sceneEvents, simulateScene } from '../events/scenes/scene.ts';
export { DvsSensor } from '../events/sensor/dvs-sensor.ts';
export { logIntensity } from '../events/sensor/log-intensity.ts';
export { type RefractoryRule, type SensorSettings, sensors } from '../events/sensor/sensor-settings.ts';
export { type EventFile, type EventFileOptions, openEvents } from '../files/events/open-events.ts';
export { writeEvents } from '../files/events/write-events.ts';
export { collectEvents, type EventChunks, type Events, type SensorSize } from '../formats/events/events.ts';
export { type PreprocessConfig, preprocessImage } from '../images/preprocess.ts';
export { resizeImage } from '../images/resample.ts';
export { greyImage, type RgbImage } from '../images/rgb-image.ts';
export {
  type HybridMeasures,
  type IntervalEnergy,
  type MeasureHybridSettings,
  measureHybrid,
} from '../jobs/events/measure-hybrid.ts';
export {
  type EventStream,
  type IntervalAnswer,
  type RunEventsSettings,
  runEvents,
} from '../jobs/events/run-events.ts';
export { openDataset } from '../opening/open-dataset.ts';
