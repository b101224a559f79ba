import { join } from 'node:path';
import { withFolderLock } from '../../files/folder-lock.ts';
import type { Model } from '../../graph/model.ts';
import { Tensor } from '../../graph/tensor.ts';
import { networkSize, placesOfWeights } from '../../quantisation/trained/network-size.ts';
import type { NetworkBits } from '../../quantisation/trained/quantised-layers.ts';
import { type Budget, squeezableLayers, squeeze } from '../../quantisation/trained/squeeze.ts';
import { trainedForm } from '../../quantisation/trained/trained-form.ts';
import { BatchLoader } from '../../training/data/batch-loader.ts';
import { sizesOf, type TrainingData } from '../../training/data/training-data.ts';
import { optimisers } from '../../training/optimisers/optimisers.ts';
import type { TrainingPlan } from '../../training/recipe/recipe.ts';
import { startingPoint, trainingFingerprint } from '../../training/run/starting-point.ts';
import type { TrainOptions } from '../../training/run/train-options.ts';
import type { EpochRecord } from '../../training/run/training-checkpoint.ts';
import { TrainingRun } from '../../training/run/training-run.ts';
import { buildTrainingStep, type TrainingStep } from '../../training/step/build-training-step.ts';
import { TrainingSession, type TrainingVectors } from '../../training/step/training-session.ts';
import { requireClasses } from './measure-accuracy.ts';

/** What is trained in few bits, on what, and how. */
export interface QuantisedTask {
  /** The network to start from, with bounds; see startForm. */
  readonly start: Model;
  readonly bits: NetworkBits;
  readonly plan: TrainingPlan;
  readonly weightDecay: number;
  readonly train: TrainingData;
  readonly test: TrainingData;
  /** What it is to be squeezed to. Default: it keeps its channels. */
  readonly squeezing?: Squeezing | undefined;
}

/** How a network is made smaller while it is trained. */
export interface Squeezing {
  readonly budget: Budget;
  /** Weight of Σ|γ| in the loss until the budget is kept. */
  readonly slopePenalty: number;
  /** Rounds, each one epoch, in which channels go, evenly in what they take. */
  readonly rounds: number;
  /** Share of the other epochs before the first round; the rest come after the last. */
  readonly before: number;
}

/** What came of it. */
export interface QuantisedTraining {
  /** The network with what was trained, as before the rounding. */
  readonly network: Model;
  readonly curve: readonly EpochRecord[];
  /** Channels that could go, and that went. */
  readonly squeezed?: { readonly before: number; readonly gone: number } | undefined;
  readonly finished: boolean;
}

interface Stage {
  readonly epochs: number;
  readonly slopePenalty: number;
  /** How far the network is squeezed before it is trained: 0 not at all, 1 to the budget, evenly in between by factors. */
  readonly squeezed: number;
}

/**
 * Trains a network in few bits; where there is a budget, channels with small slopes go in rounds, and the rest is trained on. Each stage has a
 * folder of its own; a training that was interrupted goes on with the same bits.
 *
 * @throws ConversionError for a network that has no such form; UsageError for a budget that is too small; RuntimeError if the loss is not finite or runs away
 */
export async function trainQuantised(task: QuantisedTask, options: TrainOptions): Promise<QuantisedTraining> {
  const places = await placesOfWeights(task.start, task.bits);
  const network = task.start.clone();
  const curve: EpochRecord[] = [];
  const layers = squeezableLayers(task.start);
  const { budget: last } = task.squeezing ?? {};
  // What cannot be kept is said before hours of training.
  if (last) squeeze(task.start.clone(), task.bits, places, last, layers);
  const before = [...layers.values()].reduce((sum, { channels, least }) => sum + channels - least, 0);
  let squeezed: QuantisedTraining['squeezed'];
  for (const [i, stage] of stagesOf(task).entries()) {
    if (task.squeezing && stage.squeezed > 0) {
      const { of, most } = task.squeezing.budget;
      const whole = networkSize(task.start.graph, task.bits, places)[of];
      const budget = { of, most: whole * Math.min(most / whole, 1) ** stage.squeezed };
      const gone = squeeze(network, task.bits, places, budget, layers);
      squeezed = { before, gone: (squeezed?.gone ?? 0) + gone };
    }
    const out = join(options.out, `stage-${i}`);
    const done = await withFolderLock(out, () => trainStage(network, task, stage, { ...options, out }));
    curve.push(...done.curve.map((record) => ({ ...record, epoch: curve.length + record.epoch })));
    if (!done.finished) return { network, curve, squeezed, finished: false };
  }
  return { network, curve, squeezed, finished: true };
}

function stagesOf({ plan: { epochs }, squeezing }: QuantisedTask): Stage[] {
  if (!squeezing) return [{ epochs, slopePenalty: 0, squeezed: 0 }];
  const { slopePenalty, before } = squeezing;
  const rounds = Math.min(squeezing.rounds, epochs - 2);
  const first = Math.max(1, Math.round(before * (epochs - rounds)));
  const parts = Array.from({ length: rounds }, (_, i) => ({
    epochs: 1,
    slopePenalty,
    squeezed: (i + 1) / rounds,
  }));
  const last = { epochs: epochs - rounds - first, slopePenalty: 0, squeezed: 1 };
  return [{ epochs: first, slopePenalty, squeezed: 0 }, ...parts, last];
}

/** Trains what a network is now, and leaves in it what was trained. */
async function trainStage(
  network: Model,
  { bits, plan, weightDecay, train, test }: QuantisedTask,
  { epochs, slopePenalty }: Stage,
  options: TrainOptions,
): Promise<{ curve: readonly EpochRecord[]; finished: boolean }> {
  const form = trainedForm(network, bits, slopePenalty);
  const own = { ...plan, epochs };
  const step = await buildTrainingStep(form, {
    batchSize: plan.batchSize,
    loss: plan.loss.kind,
    optimiser: optimisers.adam,
    optimiserOptions: optimisers.adam.options.parse({ weightDecay }),
    clip: plan.clip,
    seed: plan.seed,
  });
  requireClasses(step, train, 'quantise');
  const sizes = [...[train, test].map(sizesOf), step.parameters.entries.map(({ size }) => size)];
  const start = await startingPoint(form, step, trainingFingerprint(own, sizes), options);
  const session = await TrainingSession.create(step, start.vectors, options.threads);
  try {
    const run = new TrainingRun(
      own,
      { write: async () => undefined },
      step,
      session,
      start.progress,
      options,
    );
    const { curve, finished } = await run.finish(
      new BatchLoader(train, plan.batchSize, plan.data),
      new BatchLoader(test, plan.batchSize, plan.data),
    );
    takeValues(network, step, session.vectors);
    return { curve, finished };
  } finally {
    await session.release();
  }
}

function takeValues({ graph }: Model, step: TrainingStep, vectors: TrainingVectors): void {
  for (const [vector, layout] of [
    ['parameters', step.parameters],
    ['statistics', step.statistics],
  ] as const) {
    const numbers = vectors.get(vector);
    for (const { name, shape, offset, size } of numbers ? layout.entries : []) {
      graph.setInitializer(name, Tensor.float32(shape, numbers?.slice(offset, offset + size) ?? []));
    }
  }
}
