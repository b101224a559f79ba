import { RuntimeError } from '../errors.ts';
import type { DataType } from '../graph/data-type.ts';
import type { Dimension } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import type { TypedNumbers } from '../graph/typed-view.ts';
import type { WeightLoading } from './weight-loading.ts';

/** What runs networks: ONNX Runtime in one of its builds. The rooms from here on know no more of it than this. */
export interface Runtime {
  /** Loads a model; what it throws is told to the user as the reason. */
  createSession(model: Model, options: RuntimeOptions): Promise<RuntimeSession>;
  /** A tensor over numbers in memory, without a copy. @param type as ONNX Runtime names it: `float32`, `uint8`… */
  tensor(type: string, data: TypedNumbers, dims: readonly number[]): RuntimeTensor;
}

/** How a runtime loads a model. */
export interface RuntimeOptions {
  /** Threads one operator may use. */
  readonly threads: number;
  /** `none` keeps the graph as it is. */
  readonly optimise: 'none' | 'all';
  /** How weights in files are held. */
  readonly weights: WeightLoading;
  /** Whether the memory of intermediate results is kept from one run to the next. */
  readonly keepScratch: boolean;
  /** Whether that memory is laid out once, for all runs after the first: a little faster, but in memory of its own. Default: where it is kept. */
  readonly layOutScratch?: boolean | undefined;
  /** Whether runs are mostly given memory for all outputs; it shall be written to without a further copy. */
  readonly ownOutputs: boolean;
}

/** A model in a runtime. */
export interface RuntimeSession {
  readonly outputs: readonly OutputInfo[];
  /**
   * Runs the model.
   *
   * @param outputs for each wanted output the tensor it is written to, or `null` for a new one; default: all, new
   * @returns the wanted outputs, those that were given among them
   */
  run(
    feeds: RuntimeTensors,
    outputs?: Readonly<Record<string, RuntimeTensor | null>>,
  ): Promise<RuntimeTensors>;
  /** Frees its memory. */
  release(): Promise<void>;
}

/** Name, element type and shape of an output as the runtime infers them. */
export interface OutputInfo {
  readonly name: string;
  readonly dataType: DataType | undefined;
  readonly shape: readonly Dimension[];
}

/** Numbers of a runtime. Only its own `tensor` makes them. */
export interface RuntimeTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: TypedNumbers | readonly string[];
}

/** Tensors by the name of an input or output. */
export type RuntimeTensors = Readonly<Record<string, RuntimeTensor>>;

let installed: Runtime | undefined;

/** Makes this the runtime of every session from now on. Importing the package in Node installs ONNX Runtime's native build. */
export function installRuntime(runtime: Runtime): void {
  installed = runtime;
}

/** The runtime that was installed. @throws RuntimeError if there is none */
export function currentRuntime(): Runtime {
  if (installed) return installed;
  throw new RuntimeError({
    where: 'running a network',
    expected: 'a runtime',
    got: 'none installed',
    remedy: "Import 'transpike', which brings one, or call installRuntime with one of your own",
  });
}
