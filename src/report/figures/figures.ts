import type { FigureDefinition } from '../figure.ts';
import { accuracyAgainstEnergy } from './accuracy-against-energy.ts';
import { accuracyByStep } from './accuracy-by-step.ts';
import { breakEven } from './break-even.ts';
import { classFlips } from './class-flips.ts';
import { earlyExit } from './early-exit.ts';
import { eightBitSynapses } from './eight-bit-synapses.ts';
import { energyBreakdown } from './energy-breakdown.ts';
import { energyPerToken } from './energy-per-token.ts';
import { fineTuning } from './fine-tuning.ts';
import { firingRates } from './firing-rates.ts';
import { neurobenchMetrics } from './neurobench-metrics.ts';
import { siteErrors } from './site-errors.ts';
import { spikeRaster } from './spike-raster.ts';
import { taskByStep } from './task-by-step.ts';
import { valueHistograms } from './value-histograms.ts';

/** The figures of an evaluation, in the order of its report. */
export const figures: readonly FigureDefinition[] = [
  accuracyByStep,
  fineTuning,
  taskByStep,
  eightBitSynapses,
  accuracyAgainstEnergy,
  earlyExit,
  energyBreakdown,
  energyPerToken,
  breakEven,
  firingRates,
  neurobenchMetrics,
  siteErrors,
  classFlips,
  spikeRaster,
  valueHistograms,
];
