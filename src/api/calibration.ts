/**
 * How thresholds are chosen from activations, or read from a file.
 *
 * @example
 * ```ts
 * import { calibration, neurons } from 'transpike';
 *
 * const histogram = new calibration.ActivationHistogram();
 * histogram.observe(Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i)));
 * const attributes = neurons.multiThreshold.attributes.parse({ levels: 3 });
 * const pair = calibration.fitThresholds(histogram.values(), neurons.multiThreshold, attributes, 2);
 * console.log(pair.relativeError < 0.05); // true
 * ```
 *
 * @module
 */
export { ActivationHistogram, type WeightedValue } from '../calibration/activation-histogram.ts';
export { fitThresholds, type ThresholdPair } from '../calibration/fit-thresholds.ts';
export { type ImportedThreshold, importThresholds } from '../calibration/import-thresholds.ts';
export type { Observer } from '../calibration/observer.ts';
export { QuantileObserver } from '../calibration/quantile-observer.ts';
