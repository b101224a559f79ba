import type { Parameters } from '../dynamics/define-neuron.ts';
import { firingBoundaries, type Ladder, ladderLevels } from '../dynamics/ladder.ts';
import { differentialMultiThreshold } from '../neurons/differential-multi-threshold.ts';
import { multiThreshold } from '../neurons/multi-threshold.ts';
import { defineKernel } from './define-kernel.ts';
import type { NeuronRecords } from './kernel-exports.ts';

/**
 * Multi-threshold neurons. With base 2 the level comes from the exponent bits of the potential; any other base scans
 * the ladder. The order of operations is that of the lowering, so that both round alike: the potential is multiplied with
 * the reciprocal of the threshold. Where it lies within one rounding of a boundary, the reference step may fire the
 * neighbouring level.
 */
export const multiThresholdKernel = defineKernel({
  neuron: multiThreshold,
  function: 'multiThreshold',
  settings: (parameters, ladder) => settingsOf(parameters, ladder, 0),
});

/** The same with differential coding. */
export const differentialMultiThresholdKernel = defineKernel({
  neuron: differentialMultiThreshold,
  function: 'multiThreshold',
  settings: (parameters, ladder) => settingsOf(parameters, ladder, Math.max(1, Math.ceil(parameters.onset))),
});

/** As firing-rule.ts numbers them. */
const rules = { nearest: 0, floor: 1, scanned: 2 } as const;

/** @param firstStep first step of differential coding; 0: running means */
function settingsOf(
  {
    thresholdPositive,
    thresholdNegative,
    deadZone,
  }: Parameters<'thresholdPositive' | 'thresholdNegative' | 'deadZone'>,
  ladder: Ladder,
  firstStep: number,
): NeuronRecords['multiThreshold'] {
  const { boundaries, levels } = ladder.base === 2 ? noTables : tablesOf(ladder);
  return {
    rule: rules[ladder.base === 2 ? ladder.rule : 'scanned'],
    firstStep,
    boundaries,
    levels,
    length: levels.length,
    thresholdPositive,
    thresholdNegative,
    deadZone,
    top: 2 ** (ladder.levels - 1),
  };
}

interface Tables {
  readonly boundaries: readonly number[];
  readonly levels: readonly number[];
}

const noTables: Tables = { boundaries: [], levels: [] };

const known = new WeakMap<Ladder, Tables>();

/** Boundaries and levels above the lowest; kept, since a site may be run in many short stretches. */
function tablesOf(ladder: Ladder): Tables {
  const found = known.get(ladder);
  if (found) return found;
  const made = { boundaries: firingBoundaries(ladder), levels: ladderLevels(ladder).slice(1) };
  known.set(ladder, made);
  return made;
}
