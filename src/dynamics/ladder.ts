import { z } from 'zod';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { Parameters, Thresholds, ValueNames } from './define-neuron.ts';
import { lowerMagnitude } from './lower-soft-reset.ts';
import {
  lowerSignedThreshold,
  type SignedThreshold,
  signedThresholds,
  thresholdBySign,
  thresholdPair,
} from './thresholds.ts';

/** Attributes of every neuron that fires on a ladder of levels. */
export const ladderAttributes = {
  /** Number of levels n of each sign. */
  levels: z.int().min(1).max(64).default(8),
  /** Ratio of neighbouring levels. */
  base: z.number().gt(1).default(2),
  /** Which level fires; see {@link fireOnLadder}. */
  rule: z.enum(['floor', 'nearest']).default('nearest'),
} as const;

/** Structural choices of a ladder: θ·b^k for k = 0…n−1, of each sign. */
export interface Ladder {
  readonly levels: number;
  readonly base: number;
  readonly rule: 'floor' | 'nearest';
}

/**
 * Numeric parameters of a ladder: θ₊ and θ₋, its smallest levels, and the dead zone δ, the smallest potential that
 * makes a spike, in units of θ of the same sign.
 */
export const ladderParameters = [...signedThresholds, 'deadZone'] as const;

/** Name of one of {@link ladderParameters}. */
export type LadderParameter = (typeof ladderParameters)[number];

/** Dead zone of a ladder that rounds: half of its lowest level. */
export const halfLevel = 0.5;

/** Parameters of a ladder by name. @param deadZone in units of the threshold */
export function ladderThresholds(positive: number, negative: number, deadZone: number = halfLevel) {
  return {
    thresholdPositive: positive,
    thresholdNegative: negative,
    deadZone,
  } satisfies Parameters<LadderParameter>;
}

/** What a ladder says of its thresholds. */
export const thresholdsOfLadder: Thresholds<LadderParameter> = {
  ...thresholdPair,
  toParameters: (positive, negative) => ladderThresholds(positive, negative),
};

/** The levels in units of the threshold, ascending. */
export function ladderLevels({ levels, base }: Ladder): number[] {
  return Array.from({ length: levels }, (_, k) => base ** k);
}

/** Part of a function's name that tells ladders apart. */
export function ladderName({ levels, base, rule }: Ladder): string {
  return `${rule}_${levels}${base === 2 ? '' : `_base${String(base).replace('.', 'p')}`}`;
}

/** The level that a potential calls for, signed; see {@link LadderScale.fire}. */
export function fireOnLadder(
  potential: number,
  { thresholdPositive, thresholdNegative, deadZone }: Parameters<LadderParameter>,
  ladder: Ladder,
): number {
  if (latest?.ladder !== ladder) latest = new LadderScale(ladder);
  return latest.fire(potential, thresholdPositive, thresholdNegative, deadZone);
}

/** Neurons of one ladder are stepped one after the other. */
let latest: LadderScale | undefined;

/** More than rounding takes from the position of a level. */
const slack = 1e-6;

/** A ladder with what is worked out once, since calibration takes millions of steps on it. */
export class LadderScale {
  readonly ladder: Ladder;
  readonly #levels: Float64Array;
  readonly #floor: boolean;
  readonly #base: number;
  /** A level of more than this times the potential does not fire. */
  readonly #rise: number;
  readonly #levelsPerNat: number;

  constructor(ladder: Ladder) {
    const { base, rule } = ladder;
    this.ladder = ladder;
    this.#levels = Float64Array.from(ladderLevels(ladder));
    this.#floor = rule === 'floor';
    this.#base = base;
    this.#rise = this.#floor ? 2 : 2 / (1 + 1 / base);
    this.#levelsPerNat = 1 / Math.log(base);
  }

  /**
   * The level that a potential calls for, signed; 0 for |m| < δ·θ.
   *
   * Rule `floor`: the largest level with |m| ≥ θ·b^k − θ/2. Rule `nearest`: the level nearest to |m|. The lowest level
   * fires from the dead zone on. The ladder is scanned downwards, and the order of the subtraction is that of ECMT's
   * reference code, whose ties it keeps.
   */
  fire(potential: number, positive: number, negative: number, deadZone: number): number {
    return potential >= 0
      ? this.#magnitude(potential, positive, deadZone)
      : -this.#magnitude(-potential, negative, deadZone);
  }

  #magnitude(potential: number, threshold: number, deadZone: number): number {
    if (potential - threshold + (threshold - deadZone * threshold) < 0) return 0;
    const reach = (this.#rise * potential) / threshold;
    if (reach < 1) return threshold;
    const levels = this.#levels;
    const highest = Math.floor(Math.log(reach) * this.#levelsPerNat + slack);
    for (let k = Math.min(highest, levels.length - 1); k > 0; k--) {
      const level = threshold * levels[k]!;
      const tolerance = this.#floor ? threshold / 2 : (level - level / this.#base) / 2;
      if (potential - level + tolerance >= 0) return level;
    }
    return threshold;
  }
}

/** Position of a spike on the ladder, counted from 0. */
export function ladderLevelOf(
  spike: number,
  parameters: Parameters<SignedThreshold>,
  { base }: Ladder,
): number {
  return Math.round(Math.log(Math.abs(spike) / thresholdBySign(spike, parameters)) / Math.log(base));
}

/** Smallest potential, in units of the threshold, at which each level but the lowest fires. */
export function firingBoundaries({ levels, base, rule }: Ladder): number[] {
  return Array.from({ length: levels - 1 }, (_, i) =>
    rule === 'floor' ? base ** (i + 1) - halfLevel : (base ** i + base ** (i + 1)) / 2,
  );
}

/** {@link fireOnLadder} as standard operators. @returns the name of the spike */
export function lowerLadder(
  build: GraphBuilder,
  potential: string,
  parameters: ValueNames<LadderParameter>,
  ladder: Ladder,
): string {
  const threshold = lowerSignedThreshold(build, potential, parameters);
  const ratio = lowerMagnitude(build, potential, threshold);
  let level = build.scalar('level0', 1);
  for (const [i, boundary] of firingBoundaries(ladder).entries()) {
    const below = build.op('Less', [ratio, build.scalar(`boundary${i + 1}`, boundary)]);
    level = build.op('Where', [below, level, build.scalar(`level${i + 1}`, ladder.base ** (i + 1))]);
  }
  const silent = build.op('Less', [ratio, parameters.deadZone]);
  const fired = build.op('Where', [silent, build.scalar('silent', 0), level]);
  return build.op('Mul', [fired, threshold], {}, { name: 'spike' });
}
