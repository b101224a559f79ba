import { createRequire } from 'node:module';

// ONNX Runtime reads it once, when it is loaded. In a worker thread this sets a copy: what starts the thread must have set it.
process.env.ORT_DISABLE_TELEMETRY ??= '1';

let loaded: typeof import('onnxruntime-node') | undefined;

/** ONNX Runtime's native build. It is loaded when a network is to run, not for a command that shows its help. */
export function onnxruntime(): typeof import('onnxruntime-node') {
  loaded ??= createRequire(import.meta.url)('onnxruntime-node') as typeof import('onnxruntime-node');
  return loaded;
}
