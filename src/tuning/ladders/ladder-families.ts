import type { AnyNeuron, Parameters } from '../../dynamics/define-neuron.ts';
import { ladderThresholds } from '../../dynamics/ladder.ts';
import {
  differentialMultiThreshold,
  differentialThresholds,
} from '../../neurons/differential-multi-threshold.ts';
import { multiThreshold } from '../../neurons/multi-threshold.ts';

/** Levels of a ladder: the ratio of neighbours, and how many reach over the activations of a site. */
export interface LadderFamily {
  /** Name on the command line. */
  readonly name: string;
  /** Ratio of neighbouring levels; exactly a float32, as models keep it. */
  readonly base: number;
  /** Most levels of each sign. */
  readonly levels: number;
}

/** The ladders the tuner knows, from coarse to fine; each reaches over a factor of at least 2000. */
export const ladderFamilies = [
  { name: 'base-2', base: 2, levels: 12 },
  { name: 'base-sqrt2', base: Math.fround(Math.SQRT2), levels: 23 },
  { name: 'base-fourth-root-2', base: Math.fround(2 ** 0.25), levels: 45 },
] as const satisfies readonly LadderFamily[];

/** Name of a ladder family. */
export type LadderName = (typeof ladderFamilies)[number]['name'];

/** How the levels that a neuron emits are put together to a value. */
export interface LadderCoding {
  readonly neuron: AnyNeuron;
  /** Whether a spike changes the value that following operators hold, instead of its running mean. */
  readonly differential: boolean;
  /** Whether the neuron can start later than at the first step. */
  readonly hasOnset: boolean;
  parameters(positive: number, negative: number, deadZone: number, onset: number): Parameters;
}

/** The ladderCodings the tuner chooses from, the plainer first. */
export const ladderCodings: readonly LadderCoding[] = [
  {
    neuron: multiThreshold,
    differential: false,
    hasOnset: false,
    parameters: (positive, negative, deadZone) => ladderThresholds(positive, negative, deadZone),
  },
  {
    neuron: differentialMultiThreshold,
    differential: true,
    hasOnset: true,
    parameters: differentialThresholds,
  },
];
