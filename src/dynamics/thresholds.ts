import { ConversionError } from '../errors.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { AnyNeuron, Parameters, Thresholds, ValueNames } from './define-neuron.ts';

/** One threshold for both signs. */
export const oneThreshold: Thresholds<'threshold'> = {
  positive: 'threshold',
  negative: 'threshold',
  toParameters: (threshold) => ({ threshold }),
};

/** Names of the parameters of neurons with a threshold for each sign. */
export const signedThresholds = ['thresholdPositive', 'thresholdNegative'] as const;

/** Name of one of {@link signedThresholds}. */
export type SignedThreshold = (typeof signedThresholds)[number];

/** A threshold for each sign, and nothing else. */
export const thresholdPair: Thresholds<SignedThreshold> = {
  positive: 'thresholdPositive',
  negative: 'thresholdNegative',
  toParameters: (thresholdPositive, thresholdNegative) => ({ thresholdPositive, thresholdNegative }),
};

/** The threshold of the sign of a spike: θ₊ or θ₋. */
export function thresholdBySign(spike: number, parameters: Parameters<SignedThreshold>): number {
  return spike > 0 ? parameters.thresholdPositive : parameters.thresholdNegative;
}

/**
 * The threshold of the potential's sign: θ₊ for m ≥ 0, −θ₋ for m < 0. Potential and threshold have the same sign, so
 * their ratio is a magnitude.
 *
 * @returns the name of the threshold
 */
export function lowerSignedThreshold(
  build: GraphBuilder,
  potential: string,
  { thresholdPositive, thresholdNegative }: ValueNames<SignedThreshold>,
): string {
  const negative = build.op('Less', [potential, build.scalar('zero', 0)]);
  const minus = build.op('Neg', [thresholdNegative]);
  return build.op('Where', [negative, minus, thresholdPositive], {}, { name: 'threshold' });
}

/** The thresholds of one neuron, by the sign of the spikes; those that it does not declare are missing. */
export function thresholdsOf(neuron: AnyNeuron, parameters: Parameters) {
  const value = (name: string | undefined) => (name === undefined ? undefined : parameters[name]);
  const { thresholds } = neuron;
  return { positive: value(thresholds?.positive), negative: value(thresholds?.negative) };
}

/** What a neuron says of its thresholds. @throws ConversionError if its spikes are not units of any */
export function requireThresholds<P extends string>({
  name,
  thresholds,
}: {
  readonly name: string;
  readonly thresholds?: Thresholds<P>;
}): Thresholds<P> {
  if (thresholds) return thresholds;
  throw new ConversionError({
    where: `neuron '${name}'`,
    expected: 'thresholds, which can be fitted',
    got: 'a neuron that declares none',
    remedy: 'Choose another neuron, or give its parameters yourself',
  });
}
