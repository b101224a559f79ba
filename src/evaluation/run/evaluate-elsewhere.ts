import type { PictureFile } from '../../data/dataset.ts';
import type { Batch } from '../../data/load-batch.ts';
import type { PictureReading } from '../../data/unread-pictures.ts';
import type { QuantisationPlan } from '../../quantisation/plan-quantisation.ts';
import type { SeenFor } from '../../results/seen-images.ts';
import type { AnsweredSamples } from './batch-collector.ts';
import type { BatchOutcome } from './batch-outcome.ts';
import type { EvaluatorOptions } from './evaluator.ts';

/** Picture files that are still to be evaluated, and how they become inputs. */
export interface PicturesToRead {
  readonly reading: PictureReading;
  batches(): AsyncIterable<readonly PictureFile[]>;
}

/** What is to be evaluated on other machines, and where its answers go. */
export interface ElsewhereOptions extends Omit<EvaluatorOptions, 'quantised'> {
  /** Quantised networks to run beside, which are made there. Default: none. */
  readonly quantisation: QuantisationPlan | undefined;
  /** Batches as this machine reads them. */
  readonly batches: () => AsyncIterator<Batch>;
  /** The same images as files, which other machines can read for themselves; absent for other data. */
  readonly pictures: PicturesToRead | undefined;
  /** Told when images can be evaluated. */
  readonly onReady: () => void;
  /** Takes what came of a batch that was read here. */
  readonly onOutcome: (batch: Batch, outcome: BatchOutcome) => Promise<void>;
  /** Takes what came of pictures that were read elsewhere. @param met what the network has met each of them for */
  readonly onAnswers: (
    samples: AnsweredSamples,
    met: readonly (SeenFor | undefined)[],
    outcome: BatchOutcome,
  ) => Promise<void>;
  /** Told of images that nothing came of. */
  readonly onSkipped: (id: string, reason: string) => void;
  readonly onWarning: (message: string) => void;
  /** Stops after what is under way. */
  readonly signal: AbortSignal | undefined;
}

/** Evaluates images on other machines. Each comes back once, evaluated or skipped. */
export type EvaluateElsewhere = (options: ElsewhereOptions) => Promise<void>;
