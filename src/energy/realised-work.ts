import type { Arithmetic } from './operator-arithmetic.ts';
import type { OperatorCost } from './operator-costs.ts';
import type { SiteLoad, SpikingLoad } from './spiking-load.ts';
import type { SpikeTerm } from './synaptic-work.ts';

/**
 * In which steps of a run something happens; hidden steps count. `later`: in all but the first. `last`: once, when the
 * answer is wanted, which is after every step in a run that may stop at any of them.
 */
export type When = 'every' | 'first' | 'later' | 'last';

/** Operations that spikes trigger in an operator. */
export interface TriggeredOperations extends SpikeTerm {
  readonly when: When;
}

/** One way to calculate what a synaptic operator gives. */
export interface Way {
  readonly triggered: readonly TriggeredOperations[];
  /** When the operator runs on numbers, as in the source network; absent where it never does. */
  readonly dense?: When;
  /** Elements of its output that are kept as a sum from step to step. */
  readonly sums: number;
}

/** A synaptic operator with the ways to calculate it, of which the cheapest is taken. */
export interface RealisedOperator {
  readonly cost: OperatorCost;
  readonly ways: readonly Way[];
}

/** What a spiking network does for one image, and what it keeps from step to step, in one realisation. */
export interface RealisedWork {
  readonly operators: readonly RealisedOperator[];
  readonly others: readonly (Arithmetic & { readonly when: When })[];
  readonly sites: readonly RealisedSite[];
  /** Elements kept as sums beside neurons and operators. */
  readonly sums: number;
  /** Elements calculated in the first step and read in all others. */
  readonly constants: number;
}

/** Neurons of one site, and what they keep. */
export interface RealisedSite extends SiteLoad {
  /** Numbers that one neuron keeps from step to step. */
  readonly words: number;
  /** Whether it makes its potential of a mean, t·x̄(t) − Q(t−1), and multiplies for that. */
  readonly readsMeans: boolean;
}

/** A way to compute on hardware what a converted network computes. */
export interface Realisation {
  /** Name in results. */
  readonly name: string;
  /** One sentence on what operators hand to one another, and what they keep. */
  readonly summary: string;
  realise(load: SpikingLoad): RealisedWork;
}

/** Declares a realisation. */
export function defineRealisation<const N extends string>(
  realisation: Realisation & { readonly name: N },
): Realisation & { readonly name: N } {
  return realisation;
}
