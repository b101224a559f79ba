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
 * ```
 *
 * @module
 */
export { type EvaluateOptions, type EvaluationEnd, evaluate } from '../evaluation/evaluate.ts';
export { type EarlyExitMetrics, earlyExit, exitStep } from '../metrics/early-exit.ts';
export type { TaskName } from '../tasks/tasks.ts';
