import { logitsOf } from '../../analysis/logits-of.ts';
import { suppressionOf } from '../../detection/add-detections.ts';
import type { Detection } from '../../detection/detection.ts';
import { detectionsIn, shownScore } from '../../detection/detections-in.ts';
import { engines } from '../../engines/engines.ts';
import { planRun } from '../../engines/plan-run.ts';
import { Stream } from '../../engines/stream.ts';
import { UsageError } from '../../errors.ts';
import { eventFrames } from '../../events/bin-events.ts';
import type { EventFile } from '../../files/events/open-events.ts';
import type { EventChunks, SensorSize } from '../../formats/events/events.ts';
import type { FloatTensor } from '../../graph/float-tensor.ts';
import { stepMilliseconds } from '../../hybrid/step-milliseconds.ts';
import type { Network } from '../../opening/open-network.ts';

/** A stream of events, from a file or from anywhere. */
export interface EventStream extends SensorSize {
  /** What messages call it. */
  readonly path: string;
  /** What says the size of the sensor; `nothing` where there are no events to tell it. */
  readonly sizeFrom?: EventFile['sizeFrom'];
  chunks(): EventChunks;
}

/** How a network sees a stream of events. */
export interface RunEventsSettings {
  /** Steps of an interval, T. Default: what the network is set to. */
  readonly steps?: number | undefined;
  /** Length of a step. Default: what the network says, else 50 */
  readonly milliseconds?: number | undefined;
  /** Threads of ONNX Runtime. Default 1 */
  readonly threads?: number | undefined;
  /** Stops before the next interval. */
  readonly signal?: AbortSignal | undefined;
}

/** What a network says at the end of an interval. */
export interface IntervalAnswer {
  /** Counted from 0. */
  readonly interval: number;
  /** Seconds from the first event, of the interval's begin and of its end. */
  readonly from: number;
  readonly to: number;
  /** Events in it. */
  readonly events: number;
  /** False for the last interval, where the events end before it does. */
  readonly whole: boolean;
  /** Its outputs at the last step, [1, …], by name. */
  readonly outputs: ReadonlyMap<string, FloatTensor>;
  /** The largest of its logits, with its softmax, and the name of its class where the network has some. Of boxes: the surest one and its score; label −1 where there is none. */
  readonly best: { readonly label: number; readonly share: number; readonly className?: string };
  /** Where the network tells boxes: those of a score of 0.3 or more, the surest first. Corners are shares of the picture. */
  readonly boxes?: readonly SeenBox[];
  /** Milliseconds from the last of its frames to the answer. */
  readonly latency: number;
}

/** An object that a network sees, with the name of its class where the network has some. */
export interface SeenBox extends Detection {
  readonly className?: string;
}

const usualMilliseconds = 50;

/**
 * Shows a spiking network a stream of events as it comes: counts of events in frames [2, height, width], and an answer at the end of every T frames.
 * Membrane potentials go on, averages begin anew with each interval. Memory does not depend on the length of the stream.
 *
 * @throws UsageError for a network without an input over time [T, 2, height, width], and where the sizes of the sensors differ
 */
export async function* runEvents(
  network: Network,
  stream: EventStream,
  settings: RunEventsSettings = {},
): AsyncGenerator<IntervalAnswer, void> {
  const { steps, threads = 1, signal } = settings;
  requireSensor(network, stream);
  const plan = planRun(network.model, { stream: 'restarted', ...(steps !== undefined && { steps }) });
  const engine = await engines.fast(plan, { threads });
  const milliseconds = settings.milliseconds ?? stepMilliseconds(network.model) ?? usualMilliseconds;
  const decides = logitsOf(network.model).name;
  const interval = new Interval(plan.steps, stream, milliseconds);
  const seen = new Stream(engine);
  const answer = async (): Promise<IntervalAnswer> => {
    const begin = performance.now();
    const { outputs } = await seen.run({ shape: interval.shape, data: interval.frames });
    const latency = performance.now() - begin;
    const last = new Map([...outputs].map(([name, output]) => [name, lastStep(output)]));
    const decided = last.get(decides) ?? lastStep(outputs.values().next().value as FloatTensor);
    return { ...interval.take(), outputs: last, ...said(decided, network), latency };
  };
  try {
    const size = { width: stream.width, height: stream.height };
    for await (const frame of eventFrames(stream.chunks(), { ...size, microseconds: 1000 * milliseconds })) {
      signal?.throwIfAborted();
      if (interval.add(frame.counts, frame.events)) yield await answer();
    }
    if (interval.begun) yield await answer();
  } finally {
    await engine.close();
  }
}

/** The frames of an interval, in memory that is used for the next one again. */
class Interval {
  readonly shape: readonly number[];
  readonly frames: Float32Array;
  readonly #steps: number;
  readonly #milliseconds: number;
  #interval = 0;
  #filled = 0;
  #events = 0;

  constructor(steps: number, { width, height }: SensorSize, milliseconds: number) {
    this.shape = [1, steps, 2, height, width];
    this.frames = new Float32Array(steps * 2 * height * width);
    this.#steps = steps;
    this.#milliseconds = milliseconds;
  }

  get begun(): boolean {
    return this.#filled > 0;
  }

  /** Takes a frame. @returns whether the interval is full */
  add(counts: Float32Array, events: number): boolean {
    this.frames.set(counts, this.#filled * counts.length);
    this.#filled++;
    this.#events += events;
    return this.#filled === this.#steps;
  }

  /** Ends the interval: what is known of it. Frames that did not come are empty. */
  take(): Pick<IntervalAnswer, 'interval' | 'from' | 'to' | 'events' | 'whole'> {
    const seconds = (this.#steps * this.#milliseconds) / 1000;
    const interval = this.#interval;
    const facts = {
      interval,
      from: interval * seconds,
      to: (interval + 1) * seconds,
      events: this.#events,
      whole: this.#filled === this.#steps,
    };
    this.frames.fill(0);
    this.#interval++;
    this.#filled = 0;
    this.#events = 0;
    return facts;
  }
}

/** [T, N, …] at the last step: [N, …]. */
function lastStep({ shape: [steps = 1, ...shape], data }: FloatTensor): FloatTensor {
  const size = data.length / steps;
  return { shape, data: data.slice((steps - 1) * size) };
}

/** What the output that a network decides by says, [1, …]. */
function said(
  { shape, data }: FloatTensor,
  { model, classNames }: Network,
): Pick<IntervalAnswer, 'best' | 'boxes'> {
  const suppression = suppressionOf(model);
  const named = (label: number) => {
    const className = classNames?.[label];
    return className === undefined ? {} : { className };
  };
  if (suppression === undefined) {
    const { label, share } = bestOf(data);
    return { best: { label, share, ...named(label) } };
  }
  const boxes = detectionsIn({ shape: shape.slice(1), data }, suppression)
    .filter(({ score }) => score >= shownScore)
    .map((each) => ({ ...each, ...named(each.class) }));
  const [first] = boxes;
  const best = first
    ? { label: first.class, share: first.score, ...named(first.class) }
    : { label: -1, share: 0 };
  return { best, boxes };
}

function bestOf(logits: ArrayLike<number>): { label: number; share: number } {
  let label = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i]! > logits[label]!) label = i;
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - logits[label]!);
  return { label, share: 1 / sum };
}

function requireSensor({ model, path, inputShape, spiking }: Network, stream: EventStream): void {
  const [, polarities, height, width] = inputShape;
  const { inputs } = model.graph;
  if (!spiking || inputs.length !== 1 || inputShape.length !== 4 || polarities !== 2) {
    throw new UsageError({
      where: path,
      expected: 'a spiking network with one input over time, [steps, 2, height, width]',
      got: spiking ? `inputs [${inputShape.join(', ')}]` : 'a network that does not spike',
      remedy: 'Train one on events, such as event-hybrid, or convert one with a time axis',
    });
  }
  if (typeof width !== 'number' || typeof height !== 'number') return;
  if (width === stream.width && height === stream.height) return;
  throw new UsageError({
    where: stream.path,
    expected: `events of a sensor of ${width} × ${height} pixels, as the network sees`,
    got: stream.sizeFrom === 'nothing' ? 'a recording without events' : `${stream.width} × ${stream.height}`,
    remedy:
      'Give a recording of such a sensor, say its size where the file does not, or train a network for this one',
  });
}
