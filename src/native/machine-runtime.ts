import { createRequire } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { messageOf } from '../errors.ts';
import type { Runtime } from '../sessions/runtime.ts';
import { shortageOf } from '../shortage.ts';
import { type OnnxRuntimeWeb, webRuntime } from '../web/web-runtime.ts';
import { onnxruntime } from './load-onnxruntime.ts';
import { nativeRuntime } from './native-runtime.ts';

/** A build of ONNX Runtime on this machine. */
interface MachineRuntime {
  readonly package: 'onnxruntime-node' | 'onnxruntime-web';
  readonly version: string;
  readonly runtime: Runtime;
}

let chosen: MachineRuntime | undefined;

/** ONNX Runtime's native build, or, where that cannot be loaded, the one for browsers, with one line that says so. */
export function chooseRuntime(): MachineRuntime {
  if (chosen) return chosen;
  try {
    chosen = native();
  } catch (cause) {
    // For lack of memory or of files the other build would fail, too, later and with less to say.
    if (shortageOf(cause)) throw cause;
    chosen = web();
    tell(cause, chosen);
  }
  return chosen;
}

function native(): MachineRuntime {
  const { env } = onnxruntime();
  return { package: 'onnxruntime-node', version: env.versions.node ?? 'unknown', runtime: nativeRuntime };
}

function web(): MachineRuntime {
  const ort = createRequire(import.meta.url)('onnxruntime-web') as OnnxRuntimeWeb;
  return { package: 'onnxruntime-web', version: ort.env.versions.web ?? 'unknown', runtime: webRuntime(ort) };
}

/** Threads are silent: the program has said it. */
function tell(cause: unknown, { version }: MachineRuntime): void {
  if (!isMainThread) return;
  const [reason = ''] = messageOf(cause).split('\n');
  const remedy = `npm install onnxruntime-node@${version} --ignore-scripts`;
  console.warn(
    `onnxruntime-node cannot be loaded (${reason}): networks run in WebAssembly, on one thread and several times slower. Run: ${remedy}`,
  );
}

/** The runtime of this machine, chosen when the first network is to run. */
export const machineRuntime: Runtime = {
  createSession: async (model, options) => chooseRuntime().runtime.createSession(model, options),
  tensor: (type, data, dims) => chooseRuntime().runtime.tensor(type, data, dims),
};
