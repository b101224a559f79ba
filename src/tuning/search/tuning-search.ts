import type { SpikeSite } from '../../analysis/spike-sites.ts';
import type { SourceEnergy } from '../../energy/relative-energy.ts';
import type { Model } from '../../graph/model.ts';
import type { FiringSchedule, Measurement, TuningPoint } from '../../results/tuning-entry.ts';
import type { PlannedNetworks } from '../planned-networks.ts';
import { correctPrices, type PriceCorrections } from '../planning/price-corrections.ts';
import type { TuningImages } from '../tuning-images.ts';
import { measureNetwork } from './measure-network.ts';
import type { TuningJournal } from './tuning-journal.ts';
import { ratioOf } from './tuning-point.ts';

/** What a search works with. */
export interface SearchOptions {
  readonly sites: readonly SpikeSite[];
  readonly networks: PlannedNetworks;
  /** What the source network costs. */
  readonly energy: SourceEnergy;
  /** Prices are learnt on the probes, networks measured on those held out. */
  readonly images: TuningImages;
  readonly threads: number;
  readonly journal: TuningJournal;
  readonly signal: AbortSignal | undefined;
  readonly onNetwork: (done: number, total: number) => void;
}

/** Networks run to learn what spikes cost in a schedule; each starts from the prices that the one before found. */
const pilotRuns = 2;

/** Networks planned again, for each target, with what the first measurement told of their energy. */
const refined = 2;

/** Networks measured with corrected biases, for each target. */
const biasCorrected = 2;

/**
 * Measures networks for all targets and schedules, and writes each into the journal. For each schedule pilots first tell what
 * spikes really cost; then each target is planned for with those prices.
 *
 * @returns whether it came to its end
 */
export async function searchNetworks(
  targets: readonly number[],
  schedules: readonly FiringSchedule[],
  options: SearchOptions,
): Promise<boolean> {
  const total = schedules.length * pilotRuns + targets.length * (schedules.length + refined + biasCorrected);
  let done = 0;
  const stopped = () => options.signal?.aborted === true;
  const middle = targets[Math.floor(targets.length / 2)]!;
  for (const schedule of schedules) {
    if (stopped()) return false;
    if (!options.journal.correctionsOf(schedule)) await learnPrices(schedule, middle, options);
    done += pilotRuns;
    options.onNetwork(done, total);
  }
  for (const target of targets) {
    const points: TuningPoint[] = [];
    for (const schedule of schedules) {
      if (stopped()) return false;
      points.push(await measurePoint(target, schedule, target, options));
      options.onNetwork(++done, total);
    }
    const promising = points.toSorted((a, b) => promise(a, target) - promise(b, target));
    for (const point of promising.slice(0, refined)) {
      if (stopped()) return false;
      const aim = (target * 0.995 * point.predicted.ecmtRatio) / ratioOf(point);
      points.push(await measurePoint(target, point.schedule, aim, options));
      options.onNetwork(++done, total);
    }
    for (const point of best(points, target).slice(0, biasCorrected)) {
      if (stopped()) return false;
      await measureCorrected(point, options);
      options.onNetwork(++done, total);
    }
  }
  return true;
}

async function learnPrices(
  schedule: FiringSchedule,
  target: number,
  { sites, networks, energy, images, threads, journal }: SearchOptions,
): Promise<void> {
  let prices: PriceCorrections = new Map();
  for (let run = 0; run < pilotRuns; run++) {
    const plan = networks.plan(schedule, target, prices);
    const model = networks.build(plan);
    const { operators } = await measureNetwork(model, schedule.steps, images.probes, threads, energy);
    prices = correctPrices(sites, plan, operators);
  }
  await journal.addCorrections(schedule, prices);
}

async function measurePoint(
  target: number,
  schedule: FiringSchedule,
  aim: number,
  options: SearchOptions,
): Promise<TuningPoint> {
  const { networks, journal } = options;
  const plan = networks.plan(schedule, aim);
  const { lambda, predicted } = plan;
  const wanted = { target, schedule, lambda, predicted, biasCorrected: false };
  const known = journal.measuredAs(wanted);
  if (known) return known;
  const measured = await measureHeld(networks.build(plan), schedule, options);
  const point: TuningPoint = { ...wanted, measured };
  await journal.addPoint(point);
  return point;
}

/** The same network with corrected biases. */
async function measureCorrected(point: TuningPoint, options: SearchOptions): Promise<void> {
  const { networks, journal } = options;
  const wanted = { ...point, biasCorrected: true };
  if (journal.measuredAs(wanted)) return;
  const { schedule, predicted } = point;
  const model = await networks.buildCorrected(networks.plan(schedule, predicted.ecmtRatio));
  if (!model) return;
  await journal.addPoint({ ...wanted, measured: await measureHeld(model, schedule, options) });
}

/** Measures a network on the images held out. */
async function measureHeld(
  model: Model,
  { steps }: FiringSchedule,
  { energy, images: { held, calibrated }, threads }: SearchOptions,
): Promise<Measurement> {
  const { measurement } = await measureNetwork(model, steps, held, threads, energy);
  return { ...measurement, calibrated };
}

/** The different networks within the target, or all where none is, the best first. */
function best(points: readonly TuningPoint[], target: number): TuningPoint[] {
  const within = points.filter((point) => ratioOf(point) <= target);
  const candidates = new Set(within.length > 0 ? within : points);
  return [...candidates].sort((a, b) => a.measured.divergence - b.measured.divergence);
}

/** Divergence to be expected at the target: it falls about with the square of the energy. */
function promise(point: TuningPoint, target: number): number {
  return point.measured.divergence * (ratioOf(point) / target) ** 2;
}
