/**
 * Transpike in a page: networks from the bytes of ONNX files are converted and run with the same code as everywhere, on a runtime that the page
 * brings.
 *
 * @example
 * ```js
 * import * as ort from 'onnxruntime-web';
 * import { convert, engines, installRuntime, methodNamed, openModel, planRun, webRuntime } from 'transpike/browser';
 *
 * installRuntime(webRuntime(ort));
 * const source = openModel(bytes, 'vit.onnx');
 * const { model } = await convert(source, { method: methodNamed('ecmt'), steps: 4, calibration: () => [images] });
 * const engine = await engines.fast(planRun(model), {});
 * const { logits } = await engine.run(images); // [T, N, classes]
 * ```
 *
 * @module
 */
import './web/install-modules.ts';

export { type ConvertOptions, convert } from './conversion/convert.ts';
export { engines } from './engines/engines.ts';
export { type Engine, type Plan, type PlanOptions, planRun, type RunResult } from './engines/plan-run.ts';
export { type SpikeTrain, spikeTrains, spikeValues } from './engines/spike-trains.ts';
export { TranspikeError } from './errors.ts';
export { encodeModel } from './formats/onnx/encode-model.ts';
export type { FloatTensor } from './graph/float-tensor.ts';
export type { Model } from './graph/model.ts';
export { methodNamed, presetOf } from './methods/methods.ts';
export { installRuntime, type Runtime } from './sessions/runtime.ts';
export { sitesOf } from './spiking/neuron-node.ts';
export { openModel } from './web/open-model.ts';
export { type OnnxRuntimeWeb, webRuntime } from './web/web-runtime.ts';
