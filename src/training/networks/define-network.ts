import type { z } from 'zod';
import type { Architecture } from '../../checkpoints/define-architecture.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { Random } from '../../random.ts';

/** What the data says about the network. */
export interface NetworkShape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly classes: number;
}

/** A network with random weights, as a checkpoint that an architecture opens. */
export interface InitialCheckpoint {
  readonly tensors: Map<string, Tensor>;
  /** What config.json says. */
  readonly config: Record<string, unknown>;
  /** Whether weight decay applies to a parameter. */
  decays(name: string, shape: readonly number[]): boolean;
}

/** A kind of network that a recipe can ask for. */
export interface NetworkKind<Settings> {
  readonly name: string;
  readonly summary: string;
  /** Sizes with their defaults. */
  readonly settings: z.ZodType<Settings>;
  /** The architecture that builds the graph from the tensors and opens the trained checkpoint. */
  readonly architecture: Architecture;
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
