import type { FloatTensor } from '../graph/float-tensor.ts';
import type { Figure } from '../results/task-result.ts';

/** One image: what a network answers, what its source network answers, and what would be right. */
export interface Answer {
  /** Output of the network for the image, without the batch axis. */
  readonly own: FloatTensor;
  /** The same of the source network. */
  readonly source: FloatTensor;
  /** What would be right; absent without targets. */
  readonly target?: FloatTensor | undefined;
  /** Of detections: overlap above which two boxes of a class are one object. Default: all stay. */
  readonly suppression?: number | undefined;
}

/** What is kept of one image. */
export interface Judged {
  /** What {@link Task.judge} says of the network at hand. */
  readonly own: readonly number[];
  /** The same of the source network. */
  readonly source: readonly number[];
  /** Class of the image; absent without labels. */
  readonly label?: number | undefined;
}

/** How a figure is shown. */
export interface FigureText {
  /** Head of its column, a few letters. */
  readonly title: string;
  /** What it is, with its unit, for a legend. */
  readonly meaning: string;
  /** What the network is measured against. The source network has no figures against itself. */
  readonly against: 'source' | 'target';
  /** Whether it is a share that is shown in percent. Default false. */
  readonly percent?: boolean;
  /** Whether it is one of those that matter most, which stand with their intervals. Default false. */
  readonly main?: boolean;
}

/**
 * What a network is for: how its output is recognised, and how good it is at it. Images are judged one by one where they are
 * evaluated; judgements are plain numbers, which go into the run record and are summed up at its end, in whatever order.
 *
 * @typeParam Key names of its figures
 */
export interface Task<Name extends string = string, Key extends string = string> {
  readonly name: Name;
  /** What the networks are, in a few words. */
  readonly summary: string;
  /** Whether an output of this shape for one image is taken for one of this task unless something else is said. */
  recognises(image: readonly number[]): boolean;
  /** Whether an output of this shape can be measured so. */
  fits(image: readonly number[]): boolean;
  /** Says what one network does on one image. @throws DataError if the target does not fit the output */
  judge(answer: Answer): number[];
  /**
   * Numbers of a judgement that every image has; of those behind them, only a sample of the images keeps its own, since they are
   * many. Default: all.
   */
  readonly head?: number;
  /**
   * Nats by which the answer to one image diverges from the source network's, from its judgement. Default: that of normal distributions
   * around the numbers of both.
   */
  divergence?(judgement: readonly number[]): number;
  /**
   * Scores of each distribution that an output of this shape consists of. Default: it consists of none, but of numbers.
   */
  distribution?(image: readonly number[]): number;
  /** Figures over images, with 95 % intervals. */
  measure(images: readonly Judged[]): Record<Key, Figure>;
  /** How figures are shown, in the order of tables. */
  readonly figures: Readonly<Record<Key, FigureText>>;
  /** How good a network is against targets, at most 1; null without targets. */
  quality(figures: Readonly<Record<Key, Figure>>): number | null;
  /** How like its source network it is, at most 1. */
  likeness(figures: Readonly<Record<Key, Figure>>): number | null;
  /** What quality and likeness are called. */
  readonly names: { readonly quality: string; readonly likeness: string };
}

/** Declares a task. */
export function defineTask<const Name extends string, Key extends string>(
  task: Task<Name, Key>,
): Task<Name, Key> {
  return task;
}
