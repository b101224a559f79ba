import { messageOf, RuntimeError } from '../../errors.ts';
import type { Model } from '../../graph/model.ts';
import { sizeOf } from '../../graph/shape.ts';
import { mustExist } from '../../look-up.ts';
import {
  currentRuntime,
  type RuntimeSession,
  type RuntimeTensor,
  type RuntimeTensors,
} from '../../sessions/runtime.ts';
import type { TrainingStep } from './build-training-step.ts';

/** What one step tells. */
export interface StepOutcome {
  /** Mean loss of the batch, before the update. */
  readonly loss: number;
  /** Number of right predictions in the batch. */
  readonly correct: number;
  /** Length of the gradient vector before clipping. */
  readonly gradientNorm: number;
}

/** One batch: as many inputs and targets as the step was built for. */
export interface TrainingBatch {
  readonly inputs: Float32Array;
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
  readonly #inputName: string;
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
    const [input] = step.evaluation.graph.inputs;
    this.#inputName = input!.name;
    const targets = mustExist(
      step.evaluation.graph.inputs.find(({ name }) => name === 'targets'),
      "input 'targets'",
    );
    this.#shapes = { input: input!.shape as number[], targets: targets.shape as number[] };
  }

  /**
   * @param start initial vectors; a state vector that is missing starts at 0
   * @param threads threads one operator may use; default 1
   */
  static async create(step: TrainingStep, start: TrainingVectors, threads = 1): Promise<TrainingSession> {
    const trainer = await createSession(step.model, threads);
    const evaluator = await createSession(step.evaluation, threads);
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
    const { microBatches, parameters } = this.#step;
    const [now, next] = [this.#sets[this.#current], this.#sets[this.#current === 0 ? 1 : 0]];
    const told = { learning_rate: scalar(learningRate), step: scalar(number), ...Object.fromEntries(now) };
    const updates = Object.fromEntries([...next].map(([name, tensor]) => [`${name}.next`, tensor]));
    const summed = microBatches > 1 ? { 'gradient.next': null } : {};
    let gradient = microBatches > 1 ? vectorTensor(new Float32Array(parameters.size)) : undefined;
    let [loss, correct, gradientNorm] = [0, 0, 0];
    for (let part = 0; part < microBatches; part++) {
      const feeds = { ...this.#feeds(batch, part), ...told, ...(gradient && { gradient }) };
      const isLast = part === microBatches - 1;
      const wanted = { loss: null, correct: null, gradient_norm: null, ...(isLast ? updates : summed) };
      const results = await this.#run(this.#trainer, feeds, wanted);
      loss += numberOf(results.loss) / microBatches;
      correct += numberOf(results.correct);
      gradientNorm = numberOf(results.gradient_norm);
      gradient = results['gradient.next'];
    }
    this.#current = this.#current === 0 ? 1 : 0;
    return { loss, correct, gradientNorm };
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
      const feeds = this.#feeds(batch, part);
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

  /** A part of a batch, as many samples as one run takes. */
  #feeds({ inputs, targets }: TrainingBatch, part: number): Record<string, RuntimeTensor> {
    const tensor = (values: Float32Array, shape: readonly number[]) => {
      const size = sizeOf(shape);
      return currentRuntime().tensor('float32', values.subarray(part * size, (part + 1) * size), shape);
    };
    return {
      [this.#inputName]: tensor(inputs, this.#shapes.input),
      targets: tensor(targets, this.#shapes.targets),
    };
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

function vectorTensor(data: Float32Array): RuntimeTensor {
  return currentRuntime().tensor('float32', data, [data.length]);
}

function scalar(value: number): RuntimeTensor {
  return currentRuntime().tensor('float32', Float32Array.of(value), []);
}

async function createSession(model: Model, threads: number): Promise<RuntimeSession> {
  try {
    return await currentRuntime().createSession(model, {
      threads,
      optimise: 'all',
      weights: 'packed',
      keepScratch: true,
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
