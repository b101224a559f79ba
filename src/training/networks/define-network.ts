import type { z } from 'zod';
import type { Architecture } from '../../checkpoints/define-architecture.ts';
import type { LearnedRange } from '../../dynamics/learning.ts';
import type { Model } from '../../graph/model.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { Random } from '../../random.ts';

/** What the data says about the network. */
export interface NetworkShape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly classes: number;
  /** Frames of a sample, where it has a time axis. */
  readonly steps?: number | undefined;
  /** Shapes of an input and of its target where data are arrays instead of pictures with classes. */
  readonly arrays?: { readonly sample: readonly number[]; readonly target: readonly number[] } | undefined;
}

/** How a kind of network goes on in time. */
export interface OverTime<Settings> {
  /** Steps after which it answers, a divisor of those of a sample. */
  interval(settings: Settings): number;
  /** Pixels from cell to cell in each scale where it tells boxes. Default: it tells classes */
  strides?(settings: Settings): readonly number[] | undefined;
  /** Lays the graph out over the steps of a training batch: it then takes [batch, steps, …] and answers [batch, intervals, …]. */
  layOut(
    model: Model,
    settings: Settings,
    batch: { readonly batchSize: number; readonly steps: number },
  ): LaidOut;
}

/** What a layout over time has put into the graph beside the network. */
export interface LaidOut {
  /** Name of a number that training adds to its loss. Default: none */
  readonly penalty?: string;
}

/** A network with random weights, as a checkpoint that an architecture opens. */
export interface InitialCheckpoint {
  readonly tensors: Map<string, Tensor>;
  /** What config.json says. */
  readonly config: Record<string, unknown>;
  /** Whether weight decay applies to a parameter. */
  decays(name: string, shape: readonly number[]): boolean;
  /** Learning rate of a parameter in units of the schedule's. Default: 1 for all */
  pace?(name: string): number;
  /** Where a parameter is kept. Default: nowhere in particular */
  rangeOf?(name: string): LearnedRange | undefined;
}

/** A kind of network that a recipe can ask for. */
export interface NetworkKind<Settings> {
  readonly name: string;
  readonly summary: string;
  /** Sizes with their defaults. */
  readonly settings: z.ZodType<Settings>;
  /** The architecture that builds the graph from the tensors and opens the trained checkpoint. */
  readonly architecture: Architecture;
  /** Whether it is trained on arrays with targets instead of pictures with classes. Default: false */
  readonly readsArrays?: true;
  /** Rewrites the graph for the training alone: what is evaluated computes the same. Default: it stays */
  readonly prepare?: (model: Model, settings: Settings) => void;
  /** How it sees frames one after the other. It is then trained on arrays [steps, channels, height, width] with classes. Default: it sees one picture */
  readonly overTime?: OverTime<Settings>;
  /** Random weights. */
  initialise(settings: Settings, shape: NetworkShape, random: Random): InitialCheckpoint;
}

/** A kind of network whose settings are known to itself alone. */
// biome-ignore lint/suspicious/noExplicitAny: settings are checked by the kind's own schema
export type AnyNetworkKind = NetworkKind<any>;

/** Declares a kind of network; a missing facet does not compile. */
export function defineNetwork<Settings>(kind: NetworkKind<Settings>): NetworkKind<Settings> {
  return kind;
}
