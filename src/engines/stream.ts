import { counted } from '../counted.ts';
import { RuntimeError, UsageError } from '../errors.ts';
import { stepCount, stepsBetween } from '../graph/first-steps.ts';
import { concatenate, type FloatTensor } from '../graph/float-tensor.ts';
import type { InputBatch } from '../graph/input-batch.ts';
import { lookUp } from '../look-up.ts';
import type { Engine, RunResult } from './plan-run.ts';
import type { StreamState } from './stream-state.ts';

/**
 * A batch of streams that an engine sees window by window. What the neurons know at the end of one window they know at the beginning
 * of the next.
 */
export class Stream {
  readonly #engine: Engine;
  #state: StreamState | undefined;

  /**
   * @param engine of a plan for a stream
   * @param state to go on from. Default: the stream begins
   * @throws UsageError if the plan is not for a stream
   */
  constructor(engine: Engine, state?: StreamState) {
    if (!engine.plan.stream) throw noStream();
    this.#engine = engine;
    this.#state = state;
  }

  /** What the next window goes on from; `undefined` at the beginning. */
  get state(): StreamState | undefined {
    return this.#state;
  }

  /** Steps so far. */
  get elapsed(): number {
    return this.#state?.elapsed ?? 0;
  }

  /** Runs the next window. @param input one batch, of inputs over time the T steps of the window: [N, T, …] */
  async run(input: InputBatch): Promise<RunResult> {
    const result = await this.#engine.run(input, this.#state);
    this.#state = result.state;
    return result;
  }

  /** The stream begins anew. */
  reset(): void {
    this.#state = undefined;
  }
}

/** What a stream that was there as a whole gave. */
export interface StreamRun {
  /** All outputs by name, [L, N, …]: the steps of all windows one after the other. */
  readonly outputs: ReadonlyMap<string, FloatTensor>;
  /** The further values of the plan by name, time-step major, [L·N, …]. */
  readonly values: ReadonlyMap<string, FloatTensor>;
  /** What a further window would go on from. */
  readonly state: StreamState;
}

/**
 * Runs a stream that is there as a whole, window by window.
 *
 * @param engine of a plan for a stream, with T steps a window
 * @param input one batch, of inputs over time all L steps: [N, L, …], L a multiple of T
 * @param state to go on from. Default: the stream begins
 * @throws UsageError if the plan is not for a stream; RuntimeError if nothing is over time, or L is not a multiple of T
 */
export async function runStream(engine: Engine, input: InputBatch, state?: StreamState): Promise<StreamRun> {
  const { overTime, steps, outputs, keep } = engine.plan;
  const names = new Set(overTime.keys());
  const length = requireWindows(stepCount(input, names), steps);
  const stream = new Stream(engine, state);
  const windows: RunResult[] = [];
  for (let from = 0; from < length; from += steps)
    windows.push(await stream.run(stepsBetween(input, names, from, from + steps)));
  const joined = (names: Iterable<string>, of: (window: RunResult) => ReadonlyMap<string, FloatTensor>) =>
    new Map(
      [...names].map((name) => [name, concatenate(windows.map((each) => lookUp(of(each), name, 'output')))]),
    );
  if (!stream.state) throw noStream();
  return {
    outputs: joined(outputs.keys(), (each) => each.outputs),
    values: joined(keep, (each) => each.values),
    state: stream.state,
  };
}

function requireWindows(length: number | undefined, steps: number): number {
  if (length !== undefined && length > 0 && length % steps === 0) return length;
  throw new RuntimeError({
    where: 'stream',
    expected: `inputs over time, in windows of ${counted(steps, 'step')}`,
    got: length === undefined ? 'a network whose inputs are constant over time' : counted(length, 'step'),
    remedy:
      length === undefined
        ? 'Give an input a time axis'
        : 'Leave the last steps out, fill them up, or use windows of another length',
    means: [length === undefined ? 'overTime' : 'steps'],
  });
}

function noStream(): UsageError {
  return new UsageError({
    where: 'stream',
    expected: 'an engine of a plan for a stream',
    got: 'one each of whose runs begins anew',
    remedy: "Plan with stream: 'continued' or 'restarted'",
  });
}
