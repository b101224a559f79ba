import { messageOf, OutOfMemoryError, RuntimeError } from '../errors.ts';
import { firstNonFinite } from '../first-non-finite.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import type { Dimension, Graph } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import { printShape } from '../graph/print-graph.ts';
import { shortageOf } from '../shortage.ts';
import { floatOutput } from './float-output.ts';
import { withBatchInError } from './out-of-memory.ts';
import {
  currentRuntime,
  type OutputInfo,
  type RuntimeSession,
  type RuntimeTensor,
  type RuntimeTensors,
} from './runtime.ts';
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

/** A model in ONNX Runtime, with inputs that are checked and errors that say what to do. */
export class OrtSession {
  readonly #session: RuntimeSession;
  readonly #graph: Graph;

  private constructor(session: RuntimeSession, graph: Graph) {
    this.#session = session;
    this.#graph = graph;
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
    const runtime = currentRuntime();
    const options = { threads, optimise, weights, keepScratch, ownOutputs };
    try {
      return new OrtSession(await runtime.createSession(model, options), model.graph);
    } catch (error) {
      throw cannotLoad(model, error);
    }
  }

  /** What is known of the outputs before anything has run. */
  get outputs(): readonly OutputInfo[] {
    return this.#session.outputs;
  }

  /**
   * Runs the network.
   *
   * @param inputs float32 tensors by input name, or one tensor for a network with one input
   * @returns outputs by name as floats, whatever their type; see floatOutput
   * @throws RuntimeError if an input is missing or has a shape the network does not take; OutOfMemoryError, which names a
   * smaller batch
   */
  async run(inputs: FloatTensor | ReadonlyMap<string, FloatTensor>): Promise<Map<string, FloatTensor>> {
    const feeds = this.#feeds(inputs instanceof Map ? inputs : this.#single(inputs as FloatTensor));
    const batch = Object.values(feeds)[0]?.dims[0] ?? 1;
    const where = `graph '${this.#graph.name}'`;
    const results = await withBatchInError(where, batch, () => this.runTensors(feeds));
    return new Map(Object.entries(results).map(([name, tensor]) => [name, floatOutput(name, tensor)]));
  }

  /**
   * Runs the network on the runtime's own tensors, which may be views of memory that is used for other things too.
   *
   * @param outputs for each wanted output the tensor it is written to, or `null` for a new one; default: all, new
   * @throws RuntimeError if the run fails
   */
  async runTensors(
    feeds: RuntimeTensors,
    outputs?: Readonly<Record<string, RuntimeTensor | null>>,
  ): Promise<RuntimeTensors> {
    try {
      return await this.#session.run(feeds, outputs);
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

  /** Frees the memory of the session. */
  async release(): Promise<void> {
    await this.#session.release();
  }

  #single(tensor: FloatTensor): Map<string, FloatTensor> {
    return new Map([[this.#graph.inputs[0]!.name, tensor]]);
  }

  #feeds(inputs: ReadonlyMap<string, FloatTensor>): Record<string, RuntimeTensor> {
    return Object.fromEntries(
      this.#graph.inputs.map(({ name, shape }) => {
        const tensor = inputs.get(name);
        checkInput(name, shape, tensor);
        const data = tensor.data instanceof Float32Array ? tensor.data : Float32Array.from(tensor.data);
        return [name, currentRuntime().tensor('float32', data, tensor.shape)];
      }),
    );
  }
}

function cannotLoad({ graph }: Model, error: unknown): RuntimeError {
  const where = `graph '${graph.name}'`;
  const got = messageOf(error).replace(/\s+/g, ' ').slice(0, 600);
  if (shortageOf(error) === 'memory') {
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
