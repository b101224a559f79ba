import type ort from 'onnxruntime-web';
import { encodeModel } from '../formats/onnx/encode-model.ts';
import type { DataType } from '../graph/data-type.ts';
import type {
  OutputInfo,
  Runtime,
  RuntimeOptions,
  RuntimeSession,
  RuntimeTensor,
  RuntimeTensors,
} from '../sessions/runtime.ts';

/** ONNX Runtime's build for browsers, as `import * as ort from 'onnxruntime-web'` has it. */
export type OnnxRuntimeWeb = Pick<typeof ort, 'InferenceSession' | 'Tensor' | 'env'>;

/**
 * ONNX Runtime as WebAssembly, for pages and for machines without a native build. It runs on one thread, holds all weights in its own memory
 * (4 GiB at most) and copies every output.
 *
 * @example
 * ```js
 * import * as ort from 'onnxruntime-web';
 * import { installRuntime, webRuntime } from 'transpike/browser';
 *
 * installRuntime(webRuntime(ort));
 * ```
 */
export function webRuntime({ InferenceSession, Tensor, env }: OnnxRuntimeWeb): Runtime {
  // More threads need SharedArrayBuffer, which pages have behind two headers only.
  env.wasm.numThreads = 1;
  return {
    async createSession(model, options) {
      const bytes = encodeModel(model, () => undefined);
      return new WebSession(await InferenceSession.create(bytes, sessionOptions(options)));
    },
    tensor: (type, data, dims) => new Tensor(type as ort.Tensor.Type, data as ort.Tensor.DataType, dims),
  };
}

function sessionOptions({ optimise, keepScratch, layOutScratch = keepScratch }: RuntimeOptions) {
  return {
    executionProviders: ['wasm'],
    graphOptimizationLevel: optimise === 'none' ? 'disabled' : 'all',
    // Errors are thrown; the log would tell them once more.
    logSeverityLevel: 4,
    enableCpuMemArena: keepScratch,
    enableMemPattern: layOutScratch,
  } as const;
}

class WebSession implements RuntimeSession {
  readonly outputs: readonly OutputInfo[];
  readonly #session: ort.InferenceSession;

  constructor(session: ort.InferenceSession) {
    this.#session = session;
    this.outputs = session.outputMetadata.map(outputInfo);
  }

  async run(
    feeds: RuntimeTensors,
    outputs?: Readonly<Record<string, RuntimeTensor | null>>,
  ): Promise<RuntimeTensors> {
    const wanted = outputs ? Object.keys(outputs) : this.outputs.map(({ name }) => name);
    const results = await this.#session.run(feeds as ort.InferenceSession.FeedsType, wanted);
    // The runtime's memory is not the caller's: what was given is written to here.
    return Object.fromEntries(
      Object.entries(results).map(([name, result]) => {
        const own = outputs?.[name];
        if (own) (own.data as Float32Array).set(result.data as Float32Array);
        return [name, own ?? result];
      }),
    );
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

function outputInfo(info: ort.InferenceSession.ValueMetadata): OutputInfo {
  if (!info.isTensor) return { name: info.name, dataType: undefined, shape: [] };
  const shape = info.shape.map((length) => (length === '' ? undefined : length));
  return { name: info.name, dataType: info.type as DataType, shape };
}
