import type ort from 'onnxruntime-node';
import { encodeForSession } from '../files/encode-for-session.ts';
import type { DataType } from '../graph/data-type.ts';
import type { Node } from '../graph/graph.ts';
import type {
  OutputInfo,
  Runtime,
  RuntimeOptions,
  RuntimeSession,
  RuntimeTensor,
  RuntimeTensors,
} from '../sessions/runtime.ts';
import { discardCopy } from './discard-copy.ts';
import { onnxruntime } from './load-onnxruntime.ts';
import { pairsSaturate } from './pairs-saturate.ts';
import { isStop, stopper, withStopper } from './run-stopper.ts';

type Tensors = Readonly<Record<string, ort.Tensor>>;
type Outputs = Readonly<Record<string, RuntimeTensor | null>>;

/** ONNX Runtime on the CPU of this machine. Weights in files are read, or mapped, by the runtime itself. */
export const nativeRuntime: Runtime = {
  async createSession(model, options) {
    const { InferenceSession } = onnxruntime();
    const bytes = encodeForSession(options.ownOutputs ? withStopper(model) : model);
    // Processors without VNNI need unsigned weights for exact sums.
    const exact = model.graph.nodes.some(isIntegerProduct) && (await pairsSaturate());
    return new NativeSession(await InferenceSession.create(bytes, sessionOptions(options, exact)));
  },
  tensor(type, data, dims) {
    const { Tensor } = onnxruntime();
    return new Tensor(type as ort.Tensor.Type, data as ort.Tensor.DataType, dims);
  },
};

function isIntegerProduct({ opType, domain }: Node): boolean {
  return domain === '' && (opType === 'MatMulInteger' || opType === 'ConvInteger');
}

function sessionOptions(
  { threads, optimise, weights, keepScratch, layOutScratch = keepScratch }: RuntimeOptions,
  exact: boolean,
) {
  const mapped = weights === 'mapped';
  return {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: optimise === 'none' ? 'disabled' : 'all',
    // Errors are thrown; the log would tell them once more.
    logSeverityLevel: 4,
    enableCpuMemArena: keepScratch,
    enableMemPattern: layOutScratch,
    extra: {
      session: {
        // Spinning threads take time from whatever else runs on the machine.
        intra_op: { allow_spinning: '0' },
        x64quantprecision: exact ? '1' : '0',
        disable_prepacking: mapped || optimise === 'none' ? '1' : '0',
        // encodeForSession names weight files relative to the root of the file system.
        model_external_initializers_file_folder_path: '/',
      },
      // A constant that is folded is a copy.
      ...(mapped && { optimization: { disable_specified_optimizers: 'ConstantFolding' } }),
    },
  } as const;
}

class NativeSession implements RuntimeSession {
  readonly outputs: readonly OutputInfo[];
  readonly #session: ort.InferenceSession;
  readonly #hasStopper: boolean;

  constructor(session: ort.InferenceSession) {
    this.#session = session;
    this.#hasStopper = session.outputNames[0] === stopper;
    this.outputs = session.outputMetadata.filter(({ name }) => name !== stopper).map(outputInfo);
  }

  async run(feeds: RuntimeTensors, outputs?: Outputs): Promise<RuntimeTensors> {
    if (!outputs) {
      return this.#session.run(
        feeds as Tensors,
        this.outputs.map(({ name }) => name),
      );
    }
    if (this.#hasStopper && Object.values(outputs).every((tensor) => tensor !== null)) {
      await this.#runToStopper(feeds, outputs);
      return outputs as RuntimeTensors;
    }
    return withoutCopies(await this.#session.run(feeds as Tensors, outputs as Tensors), outputs);
  }

  async release(): Promise<void> {
    await this.#session.release();
  }

  async #runToStopper(feeds: RuntimeTensors, outputs: Outputs): Promise<void> {
    try {
      await this.#session.run(feeds as Tensors, { [stopper]: null, ...(outputs as Tensors) });
    } catch (error) {
      if (!isStop(error)) throw error;
    }
  }
}

function outputInfo(info: ort.InferenceSession.ValueMetadata): OutputInfo {
  if (!info.isTensor) return { name: info.name, dataType: undefined, shape: [] };
  const shape = info.shape.map((length) => (length === '' ? undefined : length));
  return { name: info.name, dataType: info.type as DataType, shape };
}

/** The results with the given tensors instead of the copies that the binding makes of them. */
function withoutCopies(results: Tensors, given: Outputs): RuntimeTensors {
  return Object.fromEntries(
    Object.entries(results).map(([name, result]) => {
      const own = given[name];
      if (!own) return [name, result];
      const { buffer } = result.data as Float32Array<ArrayBuffer>;
      if (buffer !== (own.data as Float32Array).buffer) discardCopy(buffer);
      return [name, own];
    }),
  );
}
