import type { SpikeSite } from '../../analysis/spike-sites.ts';
import type { SourceEnergy } from '../../energy/relative-energy.ts';
import type { Model } from '../../graph/model.ts';
import type { FiringSchedule, Measurement, TuningPoint } from '../../results/tuning-entry.ts';
import type { PlannedNetworks } from '../planned-networks.ts';
import { correctPrices, type PriceCorrections } from '../planning/price-corrections.ts';
import type { TuningImages } from '../tuning-images.ts';
import { type Finding, inOrder, known } from './in-order.ts';
import { type CompareNetwork, type MeasuredNetwork, measureNetwork, withEnergy } from './measure-network.ts';
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
  /** Compares networks on other machines, several at a time. Default: this one does, one after the other. */
  readonly compare: CompareNetwork | undefined;
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
  const findAll = <Item, Value>(
    items: readonly Item[],
    find: (item: Item) => Promise<Finding<Value>>,
    networks = 1,
  ) =>
    inOrder(items, find, {
      together: options.compare !== undefined,
      stopped: () => options.signal?.aborted === true,
      onWritten: () => {
        done += networks;
        options.onNetwork(done, total);
      },
    });
  const middle = targets[Math.floor(targets.length / 2)]!;
  if (!(await findAll(schedules, (schedule) => learnPrices(schedule, middle, options), pilotRuns)))
    return false;
  for (const target of targets) {
    const first = await findAll(schedules, (schedule) => measurePoint(target, schedule, target, options));
    if (!first) return false;
    const promising = first.toSorted((a, b) => promise(a, target) - promise(b, target));
    const again = await findAll(promising.slice(0, refined), (point) => {
      const aim = (target * 0.995 * point.predicted.ecmtRatio) / ratioOf(point);
      return measurePoint(target, point.schedule, aim, options);
    });
    if (!again) return false;
    const candidates = best([...first, ...again], target).slice(0, biasCorrected);
    if (!(await findAll(candidates, (point) => measureCorrected(point, options)))) return false;
  }
  return true;
}

async function learnPrices(
  schedule: FiringSchedule,
  target: number,
  options: SearchOptions,
): Promise<Finding<undefined>> {
  const { sites, networks, journal } = options;
  if (journal.correctionsOf(schedule)) return known(undefined);
  let prices: PriceCorrections = new Map();
  for (let run = 0; run < pilotRuns; run++) {
    const plan = networks.plan(schedule, target, prices);
    const { operators } = await measure(networks.build(plan), schedule, 'probes', options);
    prices = correctPrices(sites, plan, operators);
  }
  return { value: undefined, write: () => journal.addCorrections(schedule, prices) };
}

async function measurePoint(
  target: number,
  schedule: FiringSchedule,
  aim: number,
  options: SearchOptions,
): Promise<Finding<TuningPoint>> {
  const { networks, journal } = options;
  const plan = networks.plan(schedule, aim);
  const { lambda, predicted } = plan;
  const wanted = { target, schedule, lambda, predicted, biasCorrected: false };
  const before = journal.measuredAs(wanted);
  if (before) return known(before);
  const measured = await measureHeld(networks.build(plan), schedule, options);
  const point: TuningPoint = { ...wanted, measured };
  return { value: point, write: () => journal.addPoint(point) };
}

/** The same network with corrected biases. */
async function measureCorrected(point: TuningPoint, options: SearchOptions): Promise<Finding<undefined>> {
  const { networks, journal } = options;
  const wanted = { ...point, biasCorrected: true };
  if (journal.measuredAs(wanted)) return known(undefined);
  const { schedule, predicted } = point;
  const model = await networks.buildCorrected(networks.plan(schedule, predicted.ecmtRatio));
  if (!model) return known(undefined);
  const measured = await measureHeld(model, schedule, options);
  return { value: undefined, write: () => journal.addPoint({ ...wanted, measured }) };
}

/** Measures a network on the images held out. */
async function measureHeld(
  model: Model,
  schedule: FiringSchedule,
  options: SearchOptions,
): Promise<Measurement> {
  const { measurement } = await measure(model, schedule, 'held', options);
  return { ...measurement, calibrated: options.images.calibrated };
}

async function measure(
  model: Model,
  { steps }: FiringSchedule,
  which: 'held' | 'probes',
  { compare, energy, images, threads }: SearchOptions,
): Promise<MeasuredNetwork> {
  if (compare) return withEnergy(await compare(model, steps, which), model, energy);
  return measureNetwork(model, steps, images[which], threads, energy);
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
