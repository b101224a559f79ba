import ort from 'onnxruntime-node';
import { messageOf, OutOfMemoryError, RuntimeError } from '../errors.ts';
import { encodeForSession } from '../files/encode-for-session.ts';
import { firstNonFinite } from '../first-non-finite.ts';
import type { DataType } from '../graph/data-type.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import type { Dimension, Graph } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import { printShape } from '../graph/print-graph.ts';
import { discardCopy } from './discard-copy.ts';
import { isOutOfMemory, withBatchInError } from './out-of-memory.ts';
import { isStop, stopper, withStopper } from './run-stopper.ts';
import { type WeightLoading, weightLoadingOf } from './weight-loading.ts';

/** Settings of a session. */
export interface SessionOptions {
  /** Threads one operator may use. Default 1. */
  threads?: number;
  /** `none` keeps the graph as it is. Default `all`. */
  optimise?: 'none' | 'all';
  /** How weights in files are held. Default: `mapped` for large float32 ones, else `packed`. */
  weights?: WeightLoading;
  /** Whether the session keeps the memory of intermediate results from one run to the next. Default true. */
  keepScratch?: boolean;
  /** Whether `runTensors` is mostly given memory for all outputs; it is then written to without a further copy. Default false. */
  ownOutputs?: boolean;
}

/** Name, element type and shape of an output as ONNX Runtime infers them. */
export interface OutputInfo {
  readonly name: string;
  readonly dataType: DataType | undefined;
  readonly shape: readonly Dimension[];
}

type Feeds = Readonly<Record<string, ort.Tensor>>;
type Outputs = Readonly<Record<string, ort.Tensor | null>>;

/** A model in ONNX Runtime on the CPU. Weights in files are read by the runtime itself. */
export class OrtSession {
  readonly #session: ort.InferenceSession;
  readonly #graph: Graph;
  readonly #reported: readonly string[];
  readonly #hasStopper: boolean;

  private constructor(session: ort.InferenceSession, graph: Graph) {
    this.#session = session;
    this.#graph = graph;
    this.#reported = session.outputNames.filter((name) => name !== stopper);
    this.#hasStopper = session.outputNames[0] === stopper;
  }

  /** @throws RuntimeError if ONNX Runtime refuses the model; OutOfMemoryError if there is no memory for its weights */
  static async create(
    model: Model,
    {
      threads = 1,
      optimise = 'all',
      weights = weightLoadingOf(model),
      keepScratch = true,
      ownOutputs = false,
    }: SessionOptions = {},
  ): Promise<OrtSession> {
    const mapped = weights === 'mapped';
    const options = {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: optimise === 'none' ? 'disabled' : 'all',
      // Errors are thrown; the log would tell them once more.
      logSeverityLevel: 4,
      enableCpuMemArena: keepScratch,
      enableMemPattern: keepScratch,
      extra: {
        session: {
          // Spinning threads take time from whatever else runs on the machine.
          intra_op: { allow_spinning: '0' },
          // Processors without VNNI add pairs of 8-bit products in 16 bits, which saturate; they then use unsigned weights.
          x64quantprecision: '1',
          disable_prepacking: mapped || optimise === 'none' ? '1' : '0',
          // encodeForSession names weight files relative to the root of the file system.
          model_external_initializers_file_folder_path: '/',
        },
        // A constant that is folded is a copy.
        ...(mapped && { optimization: { disable_specified_optimizers: 'ConstantFolding' } }),
      },
    } as const;
    try {
      const session = await ort.InferenceSession.create(
        encodeForSession(ownOutputs ? withStopper(model) : model),
        options,
      );
      return new OrtSession(session, model.graph);
    } catch (error) {
      throw cannotLoad(model, error);
    }
  }

  /** What is known of the outputs before anything has run. */
  get outputs(): OutputInfo[] {
    const reported = this.#session.outputMetadata.filter(({ name }) => name !== stopper);
    return reported.map((info) =>
      info.isTensor
        ? {
            name: info.name,
            dataType: info.type as DataType,
            shape: info.shape.map((d) => (d === '' ? undefined : d)),
          }
        : { name: info.name, dataType: undefined, shape: [] },
    );
  }

  /**
   * Runs the network.
   *
   * @param inputs float32 tensors by input name, or one tensor for a network with one input
   * @returns float outputs by name
   * @throws RuntimeError if an input is missing or has a shape the network does not take; OutOfMemoryError, which names a
   * smaller batch
   */
  async run(inputs: FloatTensor | ReadonlyMap<string, FloatTensor>): Promise<Map<string, FloatTensor>> {
    const feeds = this.#feeds(inputs instanceof Map ? inputs : this.#single(inputs as FloatTensor));
    const batch = Object.values(feeds)[0]?.dims[0] ?? 1;
    const where = `graph '${this.#graph.name}'`;
    const results = await withBatchInError(where, batch, () => this.runTensors(feeds));
    return new Map(
      Object.entries(results).map(([name, { dims, data }]) => [
        name,
        { shape: dims, data: data as Float32Array },
      ]),
    );
  }

  /**
   * Runs the network on the runtime's own tensors, which may be views of memory that is used for other things too.
   *
   * @param outputs for each wanted output the tensor it is written to, or `null` for a new one; default: all, new
   * @throws RuntimeError if the run fails
   */
  async runTensors(feeds: Feeds, outputs?: Outputs): Promise<Readonly<Record<string, ort.Tensor>>> {
    try {
      if (!outputs) return await this.#session.run(feeds, this.#reported);
      if (this.#hasStopper && Object.values(outputs).every((tensor) => tensor !== null)) {
        await this.#runToStopper(feeds, outputs);
        return outputs as Readonly<Record<string, ort.Tensor>>;
      }
      const results = await this.#session.run(feeds, outputs);
      return withoutCopies(results, outputs);
    } catch (error) {
      throw new RuntimeError(
        {
          where: `graph '${this.#graph.name}'`,
          expected: 'a run without failure',
          got: messageOf(error).replace(/\s+/g, ' ').slice(0, 600),
          remedy: 'Run the unconverted model to see whether it fails too',
        },
        { cause: error },
      );
    }
  }

  async #runToStopper(feeds: Feeds, outputs: Outputs): Promise<void> {
    try {
      await this.#session.run(feeds, { [stopper]: null, ...outputs });
    } catch (error) {
      if (!isStop(error)) throw error;
    }
  }

  /** Frees the memory of the session. */
  async release(): Promise<void> {
    await this.#session.release();
  }

  #single(tensor: FloatTensor): Map<string, FloatTensor> {
    return new Map([[this.#graph.inputs[0]!.name, tensor]]);
  }

  #feeds(inputs: ReadonlyMap<string, FloatTensor>): Record<string, ort.Tensor> {
    return Object.fromEntries(
      this.#graph.inputs.map(({ name, shape }) => {
        const tensor = inputs.get(name);
        checkInput(name, shape, tensor);
        const data = tensor.data instanceof Float32Array ? tensor.data : Float32Array.from(tensor.data);
        return [name, new ort.Tensor('float32', data, tensor.shape)];
      }),
    );
  }
}

function cannotLoad({ graph }: Model, error: unknown): RuntimeError {
  const where = `graph '${graph.name}'`;
  const got = messageOf(error).replace(/\s+/g, ' ').slice(0, 600);
  if (isOutOfMemory(error)) {
    const remedy = 'Use fewer workers, close other programs, or use a machine with more memory';
    return new OutOfMemoryError(
      { where, expected: 'enough memory for the weights', got, remedy },
      { cause: error },
    );
  }
  const remedy = 'Check that the unconverted model runs in ONNX Runtime';
  return new RuntimeError(
    { where, expected: 'a network that ONNX Runtime can load', got, remedy },
    { cause: error },
  );
}

/** The results with the given tensors instead of the copies that the binding makes of them. */
function withoutCopies(
  results: Readonly<Record<string, ort.Tensor>>,
  given: Outputs,
): Record<string, ort.Tensor> {
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

/** @throws RuntimeError unless the tensor has the rank and the fixed lengths of the input's shape, and finite numbers. */
export function checkInput(
  name: string,
  expected: readonly Dimension[] | undefined,
  tensor: FloatTensor | undefined,
): asserts tensor is FloatTensor {
  const shape = tensor?.shape;
  const fits =
    shape &&
    (!expected ||
      (expected.length === shape.length &&
        expected.every((length, i) => typeof length !== 'number' || length === shape[i])));
  if (fits) return requireFiniteInput(name, tensor!);
  throw new RuntimeError({
    where: `input '${name}'`,
    expected: expected ? `shape ${printShape(expected)}` : 'a tensor',
    got: shape ? printShape(shape) : 'none',
    remedy: 'Give an input of the shape the network was made for',
  });
}

/** A neuron would turn NaN into some spike or other, and nobody would notice. */
function requireFiniteInput(name: string, { data, shape }: FloatTensor): void {
  const at = firstNonFinite(data);
  if (at < 0) return;
  throw new RuntimeError({
    where: `input '${name}': sample ${Math.floor(at / (data.length / shape[0]!))}`,
    expected: 'finite numbers',
    got: String(data[at]),
    remedy: 'Check the data and their preprocessing',
  });
}
