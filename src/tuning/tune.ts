import { synapticInputSites } from '../analysis/spike-sites.ts';
import { type Conversion, ConversionPipeline } from '../conversion/conversion-pipeline.ts';
import { withLengthsOfData } from '../conversion/lengths-of-data.ts';
import type { Preparation } from '../conversion/prepare-source.ts';
import { noteSeen } from '../conversion/seen-images.ts';
import type { Batch } from '../data/load-batch.ts';
import { sourceEnergy } from '../energy/relative-energy.ts';
import type { Model } from '../graph/model.ts';
import { sampleDigests } from '../graph/sample-digests.ts';
import { removeDeadNodes } from '../passes/remove-dead-nodes.ts';
import { removeIdentities } from '../passes/remove-identities.ts';
import type { TuningPoint } from '../results/tuning-entry.ts';
import type { TaskName } from '../tasks/tasks.ts';
import { type LadderName, ladderFamilies } from './ladders/ladder-families.ts';
import { PlannedNetworks } from './planned-networks.ts';
import { NetworkPlanner } from './planning/network-plan.ts';
import { schedulesOf, schedulesUpTo } from './search/firing-schedule.ts';
import type { CompareNetwork } from './search/measure-network.ts';
import { choosePoint, type TuningGoal, targetsOf } from './search/tuning-goal.ts';
import type { TuningJournal } from './search/tuning-journal.ts';
import { paretoFrontier } from './search/tuning-point.ts';
import { searchNetworks } from './search/tuning-search.ts';
import { measureProfiles } from './sensitivity/measure-profiles.ts';
import { readTuningImages, type TuningImages } from './tuning-images.ts';
import { windowOfImages } from './window-of-images.ts';

/** What to tune, and for what. */
export interface TuneOptions {
  readonly goal: TuningGoal;
  /** What the network is for. Default: what the shape of its output says. */
  readonly task?: TaskName | undefined;
  /** Most time-steps; where inputs have a time axis, as many as that has. */
  readonly steps: number;
  /** Ladders that sites may have. */
  readonly ladders: readonly LadderName[];
  /** Images: every other batch is held out to measure on, thresholds and sensitivities come from the others. */
  readonly calibration: () => AsyncIterable<Batch>;
  /** Images to measure on instead of the held-out ones; labelled ones let accuracy be measured. */
  readonly verification?: () => AsyncIterable<Batch>;
  readonly journal: TuningJournal;
  readonly threads: number;
  /** Gives what compares networks on other machines. Default: this one does. */
  readonly elsewhere?: ((images: TuningImages) => Promise<CompareNetwork>) | undefined;
  /** Identity of the source model, kept in the model's metadata. */
  readonly source?: string;
  readonly signal?: AbortSignal;
  readonly onProgress: (progress: TuningProgress) => void;
}

/** How far a tuning has come. */
export interface TuningProgress {
  readonly stage: 'sensitivities' | 'networks';
  readonly done: number;
  readonly total: number;
  /** Frontier so far. */
  readonly frontier: readonly TuningPoint[];
  /** How the workers of a queue are doing, in a few words; absent without one. */
  readonly workers?: string;
}

/** The end of a tuning: the network that serves the goal, and what else was found. */
export interface Tuned extends Conversion {
  readonly point: TuningPoint;
  /** Whether the goal is reached on the images measured on. */
  readonly reached: boolean;
  /** All points, the bad ones too. */
  readonly points: readonly TuningPoint[];
  readonly frontier: readonly TuningPoint[];
  /** Builds the network of any of the points. */
  networkOf(point: TuningPoint): Promise<Conversion>;
}

/** The tuner works on any network: no clean-up that a method would ask for. */
const preparation: Preparation = { passes: [removeIdentities, removeDeadNodes], place: synapticInputSites };

/**
 * Chooses neurons, thresholds, levels, dead zones and starting steps of all sites for an accuracy–energy goal.
 *
 * Each site offers, for a price λ of energy, the setting that minimises sensitivity · relative error + λ · energy of its spikes
 * (a Lagrangian). Errors of different sites add up in the divergence of the output to first order, so one λ for all
 * sites divides the energy best between them. Networks for all schedules are then measured on images that were not calibrated
 * on, since errors of the first steps are not seen in distributions.
 *
 * @returns undefined if it was stopped; the journal goes on from there
 * @throws ConversionError if the network cannot be converted
 */
export async function tune(source: Model, options: TuneOptions): Promise<Tuned | undefined> {
  const { goal, journal, steps, threads, signal, onProgress } = options;
  const pipeline = await ConversionPipeline.prepare(
    await withLengthsOfData(source, options.calibration),
    preparation,
    threads,
  );
  const { clean, sites } = pipeline;
  const energy = sourceEnergy(clean, sites);
  const images = await readTuningImages(
    clean.model,
    options.calibration(),
    options.verification?.(),
    threads,
    options.task,
  );
  const window = windowOfImages(source, [...images.fitted, ...images.held], steps);
  const schedules = window === undefined ? schedulesUpTo(steps) : schedulesOf(window);
  const profiles = await measureProfiles({
    pipeline,
    costs: energy.operations.synaptic,
    images,
    threads,
    known: journal.sensitivities,
    onSensitivity: async (site, sensitivity, done) => {
      signal?.throwIfAborted();
      await journal.addSensitivity(site, sensitivity);
      onProgress({ stage: 'sensitivities', done, total: sites.length, frontier: [] });
    },
  }).catch(ignoreAbort(signal));
  if (!profiles) return undefined;
  const families = ladderFamilies.filter(({ name }) => options.ladders.includes(name));
  const planner = new NetworkPlanner(profiles, families);
  const networks = new PlannedNetworks(pipeline, planner, journal, images, threads);
  const finished = await searchNetworks(targetsOf(goal), schedules, {
    sites,
    networks,
    energy,
    images,
    threads,
    compare: await options.elsewhere?.(images),
    journal,
    signal,
    onNetwork: (done, total) =>
      onProgress({ stage: 'networks', done, total, frontier: paretoFrontier(journal.points) }),
  }).catch(ignoreAbort(signal));
  if (!finished) return undefined;
  const { points } = journal;
  const { point, reached } = choosePoint(goal, points);
  const networkOf = (wanted: TuningPoint) => finishNetwork(pipeline, networks, wanted, images, options);
  return {
    ...(await networkOf(point)),
    point,
    reached,
    points,
    frontier: paretoFrontier(points),
    networkOf,
  };
}

/** The network of a point, checked and with its record. */
async function finishNetwork(
  pipeline: ConversionPipeline,
  networks: PlannedNetworks,
  { schedule, predicted, biasCorrected }: TuningPoint,
  { held }: TuningImages,
  { goal, source }: TuneOptions,
): Promise<Conversion> {
  const plan = networks.plan(schedule, predicted.ecmtRatio);
  const corrected = biasCorrected ? await networks.buildCorrected(plan) : undefined;
  const network = corrected ?? networks.build(plan);
  noteSeen(network, held.flatMap(sampleDigests), 'selection');
  return pipeline.finish(network, held[0]!, {
    method: 'tune',
    preset: goalName(goal),
    steps: schedule.steps,
    calibration: 'activations',
    source,
    relativeErrors: new Map([...plan.sites].map(([site, { relativeError }]) => [site, relativeError])),
  });
}

function goalName(goal: TuningGoal): string {
  if (goal.kind === 'energy') return `energy ${goal.ecmtRatio}`;
  return goal.kind === 'accuracy-drop' ? `accuracy-drop ${goal.points}` : 'frontier';
}

function ignoreAbort(signal: AbortSignal | undefined): (error: unknown) => undefined {
  return (error) => {
    if (signal?.aborted) return undefined;
    throw error;
  };
}
