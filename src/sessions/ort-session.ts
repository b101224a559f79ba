import { messageOf, OutOfMemoryError, RuntimeError } from '../errors.ts';
import { type BoundInputs, bindInputs } from '../graph/bind-inputs.ts';
import { castNumbers } from '../graph/cast-numbers.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import type { Graph } from '../graph/graph.ts';
import { type InputBatch, type InputTensor, sampleCount } from '../graph/input-batch.ts';
import type { Model } from '../graph/model.ts';
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
  /**
   * Whether the session keeps the memory of intermediate results from one run to the next. Default true, which is right for a session of a
   * few runs, too: the allocator of the C library finds no use for much of what ONNX Runtime gives back to it piece by piece.
   */
  keepScratch?: boolean;
  /** Whether `runTensors` is mostly given memory for all outputs; it is then written to without a further copy. Default false. */
  ownOutputs?: boolean;
}

/** The runtime's tensors for inputs that fit a graph, in the element types that it declares. */
export function feedsOf({ inputs: declared }: Graph, { inputs }: BoundInputs): RuntimeTensors {
  return Object.fromEntries(
    declared.map(({ name, dataType = 'float32' }) => {
      const { shape, data } = inputs[name]!;
      return [name, currentRuntime().tensor(dataType, castNumbers(data, dataType), shape)];
    }),
  );
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
   * @param batch tensors by input name, or one tensor for a network with one input; numbers of another type than the network's
   * are given to it in its own
   * @returns outputs by name as floats, whatever their type; see floatOutput
   * @throws RuntimeError that lists the inputs that are missing, unknown, or do not fit; OutOfMemoryError, which names a
   * smaller batch
   */
  async run(batch: InputBatch | ReadonlyMap<string, InputTensor>): Promise<Map<string, FloatTensor>> {
    const named = batch instanceof Map ? { inputs: Object.fromEntries(batch) } : (batch as InputBatch);
    const bound = bindInputs(this.#graph, named);
    const where = `graph '${this.#graph.name}'`;
    const results = await withBatchInError(where, sampleCount(bound), () =>
      this.runTensors(feedsOf(this.#graph, bound)),
    );
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
