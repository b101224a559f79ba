import type { PictureReading } from '../data/unread-pictures.ts';
import type { ErrorContent } from '../errors.ts';
import type { BatchOutcome } from '../evaluation/run/batch-outcome.ts';
import type { EvaluatorOptions } from '../evaluation/run/evaluator.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import type { QuantisationPlan } from '../quantisation/plan-quantisation.ts';
import type { SeenFor } from '../results/seen-images.ts';
import type { TuningImages } from '../tuning/tuning-images.ts';
import type { Content } from './content.ts';

/** A model as it is sent. */
export interface SentModel {
  /** As for a session: weight files are named from the root of the file system, by where they are at the command. */
  readonly model: Uint8Array;
  /** Time-steps of a spiking network. */
  readonly steps?: number;
}

/** What all jobs of an evaluation need. */
export type EvaluationStart = Omit<EvaluatorOptions, 'network' | 'threads' | 'quantised' | 'stream'> &
  SentModel & {
    readonly kind: 'evaluation';
    /** Quantised networks to run beside, which each process makes for itself: they are as large as the model. */
    readonly quantisation?: QuantisationPlan | undefined;
    /** How pictures become inputs, where they are read by the worker. */
    readonly reading?: PictureReading | undefined;
  };

/** What all jobs of a tuning need: the images, and what the source network says to them. */
export interface TuningStart extends Pick<TuningImages, 'held' | 'probes'> {
  readonly kind: 'tuning';
}

/** What all jobs of a run need. */
export type WorkStart = EvaluationStart | TuningStart;

/** A picture as a job names it. */
export interface SentPicture {
  readonly id: string;
  readonly label: number | undefined;
  readonly content: Content;
}

/** What one job is about. It travels through Redis, and is small. */
export type WorkOrder =
  /** Pictures to be read and evaluated. @param targets packed FloatTensor[] */
  | {
      readonly kind: 'pictures';
      readonly pictures: readonly SentPicture[];
      readonly targets?: Content | undefined;
    }
  /** A packed EvaluatedBatch. */
  | { readonly kind: 'batch'; readonly batch: Content }
  /** A network to be compared with its source on the images of a tuning. */
  | {
      readonly kind: 'network';
      readonly model: Content;
      readonly files: readonly Content[];
      readonly steps: number;
      readonly images: 'held' | 'probes';
    };

/** A job in Redis. */
export interface WorkJob {
  readonly run: string;
  readonly order: WorkOrder;
  /** Images of it. */
  readonly images: number;
}

/** What came of pictures or a batch. */
export interface EvaluationAnswer {
  /** Absent where no picture could be read. */
  readonly outcome?: BatchOutcome | undefined;
  /** Positions of the images that could be read; all of a batch. */
  readonly read: readonly number[];
  /** What the network has met these for; none where it does not say. */
  readonly met: readonly (SeenFor | undefined)[];
  readonly skipped: readonly { readonly id: string; readonly reason: string }[];
}

/** What comes back of a job through Redis. */
export type WorkReturn =
  /** Nobody offers its run any more, as far as the worker knows. */
  | { readonly abandoned: true }
  | { readonly worker: string; readonly seconds: number; readonly answer: string };

/** Why nothing came of a job. */
export interface WorkFailure {
  /** `deaths`: workers died of it. `memory`: it was too large. `error`: it would fail anywhere. */
  readonly why: 'deaths' | 'memory' | 'error';
  readonly content: ErrorContent;
  readonly worker: string;
}

/** Targets of pictures as they are packed. */
export type SentTargets = readonly FloatTensor[];
