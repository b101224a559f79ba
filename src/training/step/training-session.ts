import { messageOf, RuntimeError } from '../../errors.ts';
import { sharedInputs } from '../../graph/batch-axis.ts';
import { castNumbers } from '../../graph/cast-numbers.ts';
import type { DataType } from '../../graph/data-type.ts';
import { concatenate, type FloatTensor } from '../../graph/float-tensor.ts';
import type { Model } from '../../graph/model.ts';
import { sizeOf } from '../../graph/shape.ts';
import type { TypedNumbers } from '../../graph/typed-view.ts';
import { mustExist } from '../../look-up.ts';
import { Random } from '../../random.ts';
import {
  currentRuntime,
  type RuntimeSession,
  type RuntimeTensor,
  type RuntimeTensors,
} from '../../sessions/runtime.ts';
import type { TrainingStep } from './build-training-step.ts';
import { drawnNumbers } from './draw-numbers.ts';

/** What one step tells. */
export interface StepOutcome {
  /** Mean loss of the batch, before the update. */
  readonly loss: number;
  /** Number of right predictions in the batch. */
  readonly correct: number;
  /** Length of the gradient vector before clipping. */
  readonly gradientNorm: number;
  /** The values that the step tells beside its loss, by name, [N, …]; absent where the network has no `carried`. */
  readonly told?: ReadonlyMap<string, FloatTensor>;
}

/** One batch: as many inputs and targets as the step was built for. */
export interface TrainingBatch {
  /** Of a network with one input, or of each input by name, in its element type; those that all samples share once. */
  readonly inputs: Float32Array | Readonly<Record<string, TypedNumbers>>;
  readonly targets: Float32Array;
}

/** The vectors that training changes, by name: `parameters`, `statistics` and `state.…`. */
export type TrainingVectors = ReadonlyMap<string, Float32Array>;

/**
 * Runs training steps in ONNX Runtime. Parameters and state live in two sets of buffers: each step reads one and has
 * ONNX Runtime write the other, so that nothing is copied.
 */
export class TrainingSession {
  readonly #step: TrainingStep;
  readonly #trainer: RuntimeSession;
  readonly #evaluator: RuntimeSession;
  readonly #sets: [Map<string, RuntimeTensor>, Map<string, RuntimeTensor>];
  readonly #inputs: readonly FixedInput[];
  readonly #shapes: { readonly input: number[]; readonly targets: number[] };
  #current: 0 | 1 = 0;

  private constructor(
    step: TrainingStep,
    trainer: RuntimeSession,
    evaluator: RuntimeSession,
    start: TrainingVectors,
  ) {
    this.#step = step;
    this.#trainer = trainer;
    this.#evaluator = evaluator;
    this.#sets = [tensors(step, start), tensors(step, undefined)];
    const declared = step.evaluation.graph.inputs;
    const inputNamed = (name: string) =>
      mustExist(
        declared.find((each) => each.name === name),
        `input '${name}'`,
      );
    const own = step.inputs.map(inputNamed);
    const shared = sharedInputs(own);
    const first = mustExist(own.find(({ name }) => !shared.has(name)) ?? own[0], 'an input');
    this.#inputs = own.map(({ name, dataType = 'float32', shape }) => ({
      name,
      dataType,
      shape: shape as number[],
      shared: shared.has(name),
    }));
    this.#shapes = { input: first.shape as number[], targets: inputNamed('targets').shape as number[] };
  }

  /**
   * @param start initial vectors; a state vector that is missing starts at 0
   * @param threads threads one operator may use; default 1
   */
  static async create(step: TrainingStep, start: TrainingVectors, threads = 1): Promise<TrainingSession> {
    const trainer = await createSession(step.model, threads, !step.recomputes);
    const evaluator = await createSession(step.evaluation, threads, !step.recomputes);
    return new TrainingSession(step, trainer, evaluator, start);
  }

  /** Number of samples of a batch. */
  get batchSize(): number {
    return this.#rows * this.#step.microBatches;
  }

  /** Number of samples that one run takes. */
  get #rows(): number {
    return this.#shapes.input[0] ?? 1;
  }

  /** Number of outputs of the network for one sample. */
  get targetSize(): number {
    return sizeOf(this.#shapes.targets.slice(1));
  }

  /** Shape of one sample. */
  get sampleShape(): number[] {
    return this.#shapes.input.slice(1);
  }

  /** The vectors as they are now; views that the next step but one overwrites. */
  get vectors(): TrainingVectors {
    return new Map([...this.#sets[this.#current]].map(([name, { data }]) => [name, data as Float32Array]));
  }

  /** Does one step; `number` counts from 1. */
  async step(batch: TrainingBatch, learningRate: number, number: number): Promise<StepOutcome> {
    const { microBatches, parameters, carried } = this.#step;
    const [now, next] = [this.#sets[this.#current], this.#sets[this.#current === 0 ? 1 : 0]];
    const numbers = { learning_rate: scalar(learningRate), step: scalar(number), ...Object.fromEntries(now) };
    const updates = Object.fromEntries([...next].map(([name, tensor]) => [`${name}.next`, tensor]));
    const summed = microBatches > 1 ? { 'gradient.next': null } : {};
    let gradient = microBatches > 1 ? vectorTensor(new Float32Array(parameters.size)) : undefined;
    const told = Object.fromEntries(carried.map((name) => [name, null]));
    const parts = new Map(carried.map((name) => [name, [] as FloatTensor[]]));
    let [loss, correct, gradientNorm] = [0, 0, 0];
    for (let part = 0; part < microBatches; part++) {
      const drawn = this.#draw(this.#step.drawn.training, number, part);
      const feeds = { ...this.#feeds(batch, part), ...numbers, ...drawn, ...(gradient && { gradient }) };
      const isLast = part === microBatches - 1;
      const wanted = {
        loss: null,
        correct: null,
        gradient_norm: null,
        ...told,
        ...(isLast ? updates : summed),
      };
      const results = await this.#run(this.#trainer, feeds, wanted);
      loss += numberOf(results.loss) / microBatches;
      correct += numberOf(results.correct);
      gradientNorm = numberOf(results.gradient_norm);
      gradient = results['gradient.next'];
      for (const [name, own] of parts) own.push(toFloats(results[name]));
    }
    this.#current = this.#current === 0 ? 1 : 0;
    const joined = [...parts].map(([name, own]) => [name, concatenate(own)] as const);
    return { loss, correct, gradientNorm, ...(joined.length > 0 && { told: new Map(joined) }) };
  }

  /**
   * Evaluates a batch with the running statistics.
   *
   * @param count number of rows that count; rows of zero targets behind them add nothing to the cross-entropy
   * @returns sum of the losses, and number of right predictions
   */
  async evaluate(
    batch: TrainingBatch,
    count = this.batchSize,
  ): Promise<{ lossSum: number; correct: number }> {
    const now = this.#sets[this.#current];
    let [lossSum, correct] = [0, 0];
    for (let part = 0; part < this.#step.microBatches; part++) {
      const feeds = { ...this.#feeds(batch, part), ...this.#draw(this.#step.drawn.evaluation, 0, part) };
      for (const name of ['parameters', 'statistics']) {
        const tensor = now.get(name);
        if (tensor) feeds[name] = tensor;
      }
      const results = await this.#run(this.#evaluator, feeds, { loss: null, hits: null });
      const hits = results.hits?.data as Float32Array;
      const rows = Math.max(count - part * this.#rows, 0);
      correct += hits.subarray(0, rows).reduce((sum, hit) => sum + hit, 0);
      lossSum += numberOf(results.loss) * this.#rows;
    }
    return { lossSum, correct };
  }

  /** Frees the memory of the sessions. */
  async release(): Promise<void> {
    await this.#trainer.release();
    await this.#evaluator.release();
  }

  /**
   * A part of a batch, as many samples as one run takes.
   *
   * @throws RuntimeError if an input is missing, or has another number of elements than the step was built for
   */
  #feeds({ inputs, targets }: TrainingBatch, part: number): Record<string, RuntimeTensor> {
    const runtime = currentRuntime();
    const given = this.#inputs.map(({ name, dataType, shape, shared }) => {
      const numbers = inputs instanceof Float32Array ? inputs : inputs[name];
      const size = sizeOf(shape);
      const first = shared ? 0 : part * size;
      const own = numbers?.subarray(first, first + size);
      if (own?.length !== size) throw misfit(name, shape, numbers);
      return [name, runtime.tensor(dataType, castNumbers(own, dataType), shape)] as const;
    });
    const size = sizeOf(this.#shapes.targets);
    const ownTargets = targets.subarray(part * size, (part + 1) * size);
    return {
      ...Object.fromEntries(given),
      targets: runtime.tensor('float32', ownTargets, this.#shapes.targets),
    };
  }

  /** The random numbers of a part of a step; step 0 is any evaluation. */
  #draw(count: number, step: number, part: number): Record<string, RuntimeTensor> {
    if (count === 0) return {};
    const random = new Random(this.#step.drawn.seed, drawnStream, step, part);
    const numbers = Float32Array.from({ length: count }, () => (random.bits() >>> 8) / 2 ** 24);
    return { [drawnNumbers]: vectorTensor(numbers) };
  }

  async #run(
    session: RuntimeSession,
    feeds: RuntimeTensors,
    fetches: Record<string, RuntimeTensor | null>,
  ): Promise<RuntimeTensors> {
    return session.run(feeds, fetches).catch((error: unknown) => {
      throw new RuntimeError(
        {
          where: `training step of '${this.#step.model.graph.name}'`,
          expected: 'a run without failure',
          got: messageOf(error).replace(/\s+/g, ' ').slice(0, 600),
          remedy: 'Try a smaller batch if memory ran out',
        },
        { cause: error },
      );
    });
  }
}

/** Key of the random stream of what a training draws in its steps. */
const drawnStream = 5;

/** An input of the network with its lengths. */
interface FixedInput {
  readonly name: string;
  readonly dataType: DataType;
  readonly shape: readonly number[];
  /** Whether all samples share it. */
  readonly shared: boolean;
}

function misfit(name: string, shape: readonly number[], got: TypedNumbers | undefined): RuntimeError {
  return new RuntimeError({
    where: `training batch: input '${name}'`,
    expected: `${sizeOf(shape)} numbers [${shape.join(', ')}]`,
    got: got ? `${got.length}` : 'none',
    remedy: 'Give all inputs of the batch and the lengths that the step was built for',
  });
}

/** The number in a tensor of one element. */
function numberOf(tensor: RuntimeTensor | undefined): number {
  return Number(tensor!.data[0]);
}

function tensors(step: TrainingStep, start: TrainingVectors | undefined): Map<string, RuntimeTensor> {
  const sizes: [string, number][] = [
    ['parameters', step.parameters.size],
    ...step.state.map((name): [string, number] => [`state.${name}`, step.parameters.size]),
  ];
  if (step.statistics.size > 0) sizes.push(['statistics', step.statistics.size]);
  return new Map(
    sizes.map(([name, size]) => {
      const data = new Float32Array(size);
      const given = start?.get(name);
      if (given) data.set(given);
      return [name, vectorTensor(data)];
    }),
  );
}

function toFloats(tensor: RuntimeTensor | undefined): FloatTensor {
  const { dims, data } = mustExist(tensor, 'a value that a step tells');
  return { shape: [...dims], data: data as Float32Array };
}

function vectorTensor(data: Float32Array): RuntimeTensor {
  return currentRuntime().tensor('float32', data, [data.length]);
}

function scalar(value: number): RuntimeTensor {
  return currentRuntime().tensor('float32', Float32Array.of(value), []);
}

async function createSession(model: Model, threads: number, layOutScratch: boolean): Promise<RuntimeSession> {
  try {
    return await currentRuntime().createSession(model, {
      threads,
      optimise: 'all',
      weights: 'packed',
      keepScratch: true,
      layOutScratch,
      ownOutputs: false,
    });
  } catch (error) {
    throw new RuntimeError(
      {
        where: `training step of '${model.graph.name}'`,
        expected: 'a graph that ONNX Runtime can load',
        got: messageOf(error).replace(/\s+/g, ' ').slice(0, 600),
        remedy: 'Report this with the network: the graph was made by the differentiation',
      },
      { cause: error },
    );
  }
}
