import type { WeightedValue } from '../../calibration/activation-histogram.ts';
import { firingBoundaries, type Ladder } from '../../dynamics/ladder.ts';
import {
  divergenceOf,
  energyOf,
  type RelativeErrors,
  type SiteProfile,
} from '../sensitivity/site-profile.ts';
import type { LadderCoding, LadderFamily } from './ladder-families.ts';
import { type LadderSetting, LadderSimulator } from './ladder-simulator.ts';

/** A ladder fitted to one site, and what it does to constant inputs with the site's distribution. */
export interface SpikeFit extends LadderSetting, RelativeErrors {
  readonly coding: LadderCoding;
  readonly ladder: Ladder;
  /** Spikes per neuron in all steps. */
  readonly spikes: number;
  /** What is minimised: divergence of the output + λ · energy of the site's spikes. */
  readonly cost: number;
}

/** What a fit is made for. */
export interface FitTask {
  readonly profile: SiteProfile;
  readonly coding: LadderCoding;
  readonly family: LadderFamily;
  /** Steps in which the neuron may fire. */
  readonly steps: number;
  /** Price λ of energy: divergence in nats that is accepted for the energy of the source network. */
  readonly lambda: number;
}

/** One round of the search: ratio of neighbouring grid points, and how many of them to each side. */
interface Round {
  readonly ratio: number;
  readonly reach: number;
}

/** Rounds after a search over the whole range, and after the fit for a neighbouring price. */
const rounds = {
  whole: [
    { ratio: 1.15, reach: 4 },
    { ratio: 1.04, reach: 3 },
  ],
  near: [
    { ratio: 1.1, reach: 2 },
    { ratio: 1.03, reach: 2 },
  ],
} as const satisfies Record<string, readonly Round[]>;

/**
 * The thresholds and the dead zone of one site that minimise divergence of the output + λ · energy of the spikes, by
 * coordinate descent over geometric grids. Deterministic.
 */
export function fitSpikes(task: FitTask): SpikeFit {
  const fitter = new Fitter(task);
  const seeds = coarseGrid(task.profile.values, fitter.ladder);
  return fitter.descend(seeds.map((seed) => fitter.measure(seed)).reduce(cheaper), rounds.whole);
}

/** Ratio of neighbouring prices; about 2 % of energy lie between them. */
export const lambdaRatio = 1.15;

/** Prices λ of energy at which sites are fitted, ascending. */
export const lambdas: readonly number[] = Array.from({ length: 68 }, (_, i) => 0.003 * lambdaRatio ** i);

/**
 * What one site can offer with one coding and one family of ladders: the best setting for each price of {@link lambdas}. Each
 * fit starts from the one before, so the whole curve costs little more than its first point.
 */
export function tradeOff(task: Omit<FitTask, 'lambda'>): readonly SpikeFit[] {
  const fitter = new Fitter({ ...task, lambda: lambdas[0]! });
  let fit = fitSpikes({ ...task, lambda: lambdas[0]! });
  return lambdas.map((lambda) => {
    fitter.lambda = lambda;
    fit = fitter.descend(fitter.measure(fit), rounds.near);
    return fit;
  });
}

/** Measures settings and improves them step by step. */
class Fitter {
  readonly ladder: Ladder;
  lambda: number;
  readonly #task: Omit<FitTask, 'lambda'>;
  readonly #simulator: LadderSimulator;

  constructor({ lambda, ...task }: FitTask) {
    this.ladder = { base: task.family.base, levels: task.family.levels, rule: 'nearest' };
    this.lambda = lambda;
    this.#task = task;
    this.#simulator = new LadderSimulator(this.ladder, task.profile.values);
  }

  descend(start: SpikeFit, each: readonly Round[]): SpikeFit {
    let best = start;
    for (const { ratio, reach } of each) {
      for (const move of moves) {
        const around = best;
        for (let i = -reach; i <= reach; i++) {
          if (i !== 0) best = cheaper(best, this.measure(move(around, ratio ** i)));
        }
      }
    }
    return best;
  }

  measure({ positive, negative, deadZone }: LadderSetting): SpikeFit {
    const { profile, coding, steps } = this.#task;
    const { error, bias, spikes } = this.#simulator.run(
      { positive, negative, deadZone },
      steps,
      coding.differential,
    );
    const power = profile.power || 1;
    const errors = { relativeError: error / power, relativeBias: bias ** 2 / power };
    const cost = divergenceOf(profile, errors) + this.lambda * energyOf(profile, spikes);
    return { positive, negative, deadZone, coding, ladder: this.ladder, ...errors, spikes, cost };
  }
}

/** Directions of the search: both thresholds with the dead zone left where it is in absolute terms, each alone. */
const moves: readonly ((setting: LadderSetting, factor: number) => LadderSetting)[] = [
  ({ positive, negative, deadZone }, factor) => ({
    positive: positive * factor,
    negative: negative * factor,
    deadZone: deadZone / factor,
  }),
  (setting, factor) => ({ ...setting, deadZone: setting.deadZone * factor }),
  (setting, factor) => ({ ...setting, positive: setting.positive * factor }),
  (setting, factor) => ({ ...setting, negative: setting.negative * factor }),
];

/** Equal thresholds over the range in which the top of the ladder meets the largest activation; dead zones up to a level. */
function coarseGrid(values: readonly WeightedValue[], { base, levels }: Ladder): LadderSetting[] {
  const largest = values.reduce((max, { value }) => Math.max(max, Math.abs(value)), 0) || 1;
  const settings: LadderSetting[] = [];
  for (let top = largest * 1.5; top > largest / 40; top /= 1.3) {
    const threshold = top / base ** (levels - 1);
    for (const deadZone of [0.5, 1, 4, 16, 64, 256]) {
      if (deadZone <= base ** (levels - 2))
        settings.push({ positive: threshold, negative: threshold, deadZone });
    }
  }
  return settings;
}

function cheaper(a: SpikeFit, b: SpikeFit): SpikeFit {
  return b.cost < a.cost ? b : a;
}

/**
 * The same neuron with the levels that can fire and no others: those below the dead zone go, and those above what the
 * largest activation needs, with one to spare.
 */
export function trimLadder(fit: SpikeFit, values: readonly WeightedValue[]): SpikeFit {
  const boundaries = firingBoundaries(fit.ladder);
  const lowest = Math.max(0, boundaries.findLastIndex((boundary) => boundary <= fit.deadZone) + 1);
  const largest = values.reduce(
    (max, { value }) => Math.max(max, value >= 0 ? value / fit.positive : -value / fit.negative),
    0,
  );
  const needed = boundaries.filter((boundary) => boundary <= largest).length + 2;
  const highest = Math.min(Math.max(needed, lowest + 1), fit.ladder.levels);
  const scale = fit.ladder.base ** lowest;
  return {
    ...fit,
    positive: fit.positive * scale,
    negative: fit.negative * scale,
    deadZone: fit.deadZone / scale,
    ladder: { ...fit.ladder, levels: highest - lowest },
  };
}
