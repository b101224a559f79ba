import { synapticInputSites } from '../analysis/spike-sites.ts';
import { checkParity } from '../conversion/check-parity.ts';
import { type ConversionRecord, writeConversionRecord } from '../conversion/conversion-record.ts';
import { QuantiserCalibration } from '../conversion/observe-quantisers.ts';
import { prepareSource } from '../conversion/prepare-source.ts';
import type { Batch } from '../data/load-batch.ts';
import { sourceEnergy } from '../energy/relative-energy.ts';
import { imageCount } from '../graph/float-tensor.ts';
import type { Model } from '../graph/model.ts';
import { removeDeadNodes } from '../passes/remove-dead-nodes.ts';
import { removeIdentities } from '../passes/remove-identities.ts';
import { writeQuantisers } from '../quantisation/quantiser-table.ts';
import type { TuningPoint } from '../results/tuning-entry.ts';
import type { PlacedNeurons } from '../spiking/neuron-node.ts';
import { toSpikingForm } from '../spiking/spiking-form.ts';
import { BiasCorrector } from './corrections/bias-corrector.ts';
import { type LadderName, ladderFamilies } from './ladders/ladder-families.ts';
import { type NetworkPlan, NetworkPlanner } from './planning/network-plan.ts';
import { schedulesUpTo } from './search/firing-schedule.ts';
import { type ComparedBatch, withSourceLogits } from './search/measure-network.ts';
import { choosePoint, type TuningGoal, targetsOf } from './search/tuning-goal.ts';
import type { TuningJournal } from './search/tuning-journal.ts';
import { paretoFrontier } from './search/tuning-point.ts';
import { searchNetworks } from './search/tuning-search.ts';
import { measureProfiles } from './sensitivity/measure-profiles.ts';

/** What to tune, and for what. */
export interface TuneOptions {
  readonly goal: TuningGoal;
  /** Most time-steps. */
  readonly steps: number;
  /** Ladders that sites may have. */
  readonly ladders: readonly LadderName[];
  /** Images: every other batch is held out to measure on, thresholds and sensitivities come from the others. */
  readonly calibration: () => AsyncIterable<Batch>;
  /** Images to measure on instead of the held-out ones; labelled ones let accuracy be measured. */
  readonly verification?: () => AsyncIterable<Batch>;
  readonly journal: TuningJournal;
  readonly threads: number;
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
}

/** A spiking network with the tuner's settings. */
export interface TunedNetwork {
  readonly model: Model;
  readonly record: ConversionRecord;
}

/** The end of a tuning: the network that serves the goal, and what else was found. */
export interface Tuned extends TunedNetwork {
  readonly point: TuningPoint;
  /** Whether the goal is reached on the images measured on. */
  readonly reached: boolean;
  /** All points, the bad ones too. */
  readonly points: readonly TuningPoint[];
  readonly frontier: readonly TuningPoint[];
  /** Builds the network of any of the points. */
  networkOf(point: TuningPoint): Promise<TunedNetwork>;
}

/** Batches for sensitivities: a site's error shows in few images. */
const probeImages = 16;

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
  const { goal, journal, steps, signal } = options;
  const { dynamic, clean, sites } = await prepareSource(source, {
    passes: [removeIdentities, removeDeadNodes],
    place: synapticInputSites,
  });
  const energy = await sourceEnergy(clean, sites);
  const images = await readImages(clean, options);
  const quantisers = new QuantiserCalibration(clean.graph, sites);
  const profiles = await measureProfiles({
    source: clean,
    sites,
    costs: energy.operations.synaptic,
    quantisers,
    batches: images.fitted,
    probes: firstImages(images.fitted, probeImages),
    threads: options.threads,
    known: journal.sensitivities,
    onSensitivity: async (site, sensitivity, done) => {
      signal?.throwIfAborted();
      await journal.addSensitivity(site, sensitivity);
      options.onProgress({ stage: 'sensitivities', done, total: sites.length, frontier: [] });
    },
  }).catch(ignoreAbort(signal));
  if (!profiles) return undefined;
  const families = ladderFamilies.filter(({ name }) => options.ladders.includes(name));
  const planner = new NetworkPlanner(profiles, families);
  const build = (plan: NetworkPlan) => toSpikingForm(clean, placedBy(plan), plan.schedule.steps);
  const corrector = new BiasCorrector({
    source: clean,
    sites,
    batches: images.fitted,
    probes: firstImages(images.fitted, probeImages),
    threads: options.threads,
  });
  const finished = await searchNetworks(targetsOf(goal), schedulesUpTo(steps), {
    sites,
    planner,
    build,
    correct: (spiking, steps) => corrector.correct(spiking, steps),
    energy,
    pilots: firstImages(images.fitted, probeImages),
    images: images.held,
    threads: options.threads,
    journal,
    signal,
    onNetwork: (done, total) =>
      options.onProgress({ stage: 'networks', done, total, frontier: paretoFrontier(journal.points) }),
  });
  if (!finished) return undefined;
  const networkOf = async ({ schedule, predicted, biasCorrected }: TuningPoint): Promise<TunedNetwork> => {
    const plan = planner.planFor(schedule, predicted.ecmtRatio, journal.correctionsOf(schedule));
    const plain = build(plan);
    const model = (biasCorrected && (await corrector.correct(plain, schedule.steps))) || plain;
    writeQuantisers(model, quantisers.finish());
    const record = writeConversionRecord(model, {
      method: 'tune',
      preset: goalName(goal),
      steps: schedule.steps,
      calibration: 'activations',
      parityDeviation: await checkParity(dynamic, model, images.held[0]!),
      relativeErrors: new Map([...plan.sites].map(([site, { relativeError }]) => [site, relativeError])),
      ...(options.source !== undefined && { source: options.source }),
    });
    return { model, record };
  };
  const { points } = journal;
  const { point, reached } = choosePoint(goal, points);
  return {
    ...(await networkOf(point)),
    point,
    reached,
    points,
    frontier: paretoFrontier(points),
    networkOf,
  };
}

function placedBy({ sites }: NetworkPlan): PlacedNeurons[] {
  return [...sites.values()].map(({ placed }) => placed);
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

/** Images to fit to and images to measure on. */
async function readImages(clean: Model, { calibration, verification, threads }: TuneOptions) {
  const all = await withSourceLogits(clean, calibration(), threads);
  if (verification) return { fitted: all, held: await withSourceLogits(clean, verification(), threads) };
  const isHeld = (i: number) => i % 2 === 1;
  // A single batch has to serve for both.
  if (all.length < 2) return { fitted: all, held: all };
  return { fitted: all.filter((_, i) => !isHeld(i)), held: all.filter((_, i) => isHeld(i)) };
}

function firstImages(batches: readonly ComparedBatch[], count: number): ComparedBatch[] {
  let images = 0;
  return batches.filter((batch) => {
    const wanted = images < count;
    images += imageCount(batch);
    return wanted;
  });
}
