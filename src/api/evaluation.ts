/**
 * Measuring a network beside its source network, with data from anywhere.
 *
 * @example
 * ```ts
 * import { conversion, evaluation, methods, openInputs, openNetwork } from 'transpike';
 *
 * const network = await openNetwork('vit/');
 * const images = await openInputs(network, 'x.npy');
 * const { model } = await conversion.convert(network.model, {
 *   method: methods.ecmt,
 *   steps: 4,
 *   calibration: () => images.batches(),
 * });
 * const data = { size: images.dataset.size, batches: images.batches };
 * const end = await evaluation.evaluate({ model, data, quantised: false });
 * console.log(end.finished && end.result.steps.length); // 4
 * console.log(evaluation.exitStep([0.4, 0.7, 0.9], 0.6)); // 2
 *
 * const truth = [{ box: [0, 0, 10, 10], class: 0 }];
 * const seen = [
 *   { box: [2, 0, 12, 10], class: 0, score: 0.9 },
 *   { box: [2, 0, 12, 9], class: 0, score: 0.5 },
 * ];
 * const detections = evaluation.suppressOverlaps(seen, 0.5).map((i) => seen[i]);
 * console.log(evaluation.meanAveragePrecision([{ detections, truth }]).mean); // 0.4
 * console.log((await evaluation.withDetections(network.model)) === undefined); // true
 * ```
 *
 * @module
 */
export type { Box } from '../detection/box.ts';
export type { Detection, TrueObject } from '../detection/detection.ts';
export type { MatchOptions } from '../detection/match-detections.ts';
export {
  type AveragePrecision,
  type DetectedImage,
  meanAveragePrecision,
} from '../detection/mean-average-precision.ts';
export { suppressOverlaps } from '../detection/suppress-overlaps.ts';
export { type EvaluateOptions, type EvaluationEnd, evaluate } from '../evaluation/evaluate.ts';
export { type RetrieveSettings, retrieveSources } from '../jobs/retrieve-sources.ts';
export { type ServeSettings, serveQueue } from '../jobs/serve-queue.ts';
export { type EarlyExitMetrics, earlyExit, exitStep } from '../metrics/early-exit.ts';
export type {
  FoundSource,
  ResolutionCell,
  Retrieval,
  RetrievalScore,
  SweepPoint,
} from '../retrieval/retrieval-result.ts';
export type { TaskName } from '../tasks/tasks.ts';
export { type DeclaredHead, withDetections } from '../tasks/with-detections.ts';
