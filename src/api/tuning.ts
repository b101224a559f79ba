/**
 * The search for the network that loses least for an energy.
 *
 * @example
 * ```ts
 * import { tuning } from 'transpike';
 *
 * const point = (ecmtRatio, divergence) => ({ measured: { ecmtRatio, divergence } });
 * const frontier = tuning.paretoFrontier([point(0.2, 0.5), point(0.3, 0.6), point(0.4, 0.1)]);
 * console.log(frontier.map(({ measured }) => measured.ecmtRatio).join(' ')); // 0.2 0.4
 * ```
 *
 * @module
 */
export type { TuningPoint } from '../results/tuning-entry.ts';
export type { TuningGoal } from '../tuning/search/tuning-goal.ts';
export { TuningJournal } from '../tuning/search/tuning-journal.ts';
export { paretoFrontier } from '../tuning/search/tuning-point.ts';
export { type Tuned, type TuneOptions, tune } from '../tuning/tune.ts';
