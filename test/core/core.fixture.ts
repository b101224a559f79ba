/** What a page in a browser would take from the core: read a model, convert it, run it, write it. */
export { convert } from '../../src/conversion/convert.ts';
export { engines } from '../../src/engines/engines.ts';
export { planRun } from '../../src/engines/plan-run.ts';
export { encodeModel } from '../../src/formats/onnx/encode-model.ts';
export { parseOnnx } from '../../src/formats/onnx/parse-onnx.ts';
export { ecmt } from '../../src/methods/ecmt.ts';
export { installRuntime } from '../../src/sessions/runtime.ts';
export { installModules } from '../../src/web-assembly.ts';
