import { type ConfidentPrediction, earlyExit, exitThresholds } from '../../metrics/early-exit.ts';
import type { Proportion } from '../../metrics/proportion.ts';
import { type SourceMetrics, stepMetrics } from '../../metrics/step-metrics.ts';
import type { SourceResult } from '../../results/accuracy-result.ts';
import type { BatchRecord } from '../../results/batch-record.ts';
import type { DeviceEnergy, StepEnergy } from '../../results/energy-result.ts';
import type { EarlyExitResult, QuantisedResults } from '../../results/evaluation-result.ts';
import type { QuantisationPlan } from '../run/plan-quantisation.ts';

type Predictions = BatchRecord['predictions'];

/** Accuracies in the form of a result. */
export function accuracy({ top1, top5 }: SourceMetrics): SourceResult {
  const flat = (proportion: Proportion | undefined) =>
    [proportion?.value ?? null, proportion?.interval ?? null] as const;
  const [[best, bestInterval], [five, fiveInterval]] = [flat(top1), flat(top5)];
  return { top1: best, top1Interval: bestInterval, top5: five, top5Interval: fiveInterval };
}

/** The quantised networks of a run; null unless all its images were shown to them. */
export function quantisedResults(
  predictions: Predictions,
  plan: QuantisationPlan | undefined,
  energies: readonly DeviceEnergy[],
): QuantisedResults | null {
  const shown = predictions.flatMap(({ quantised, ...rest }) =>
    quantised ? [{ ...rest, steps: quantised }] : [],
  );
  if (!plan || shown.length < predictions.length) return null;
  const metrics = stepMetrics(shown);
  return {
    ranges: plan.ranges,
    networks: plan.widths.map(({ steps, bits, capped }, i) => ({
      steps,
      bits: [Math.min(...Object.values(bits)), Math.max(...Object.values(bits))],
      capped,
      ...accuracy(metrics[i]!),
      agreement: metrics[i]!.agreement.value,
      agreementInterval: metrics[i]!.agreement.interval,
      energy: energies[i]!,
    })),
  };
}

/**
 * The sweep of thresholds for early exits; empty unless all images have their confidences.
 *
 * @param wanted one more threshold
 */
export function earlyExitResults(
  predictions: Predictions,
  energies: readonly StepEnergy[],
  wanted?: number,
): EarlyExitResult[] {
  const confident = predictions.filter(
    (each): each is ConfidentPrediction & typeof each => each.confidence !== undefined,
  );
  if (confident.length === 0 || confident.length < predictions.length) return [];
  const thresholds = new Set([...exitThresholds, ...(wanted === undefined ? [] : [wanted])]);
  return [...thresholds]
    .sort((a, b) => a - b)
    .map((threshold) => {
      const { meanSteps, exits, top1, agreement } = earlyExit(confident, threshold);
      const mean = (of: (energy: StepEnergy) => number) =>
        exits.reduce((sum, share, t) => sum + share * of(energies[t]!), 0);
      return {
        threshold,
        meanSteps,
        exits,
        top1: top1?.value ?? null,
        top1Interval: top1?.interval ?? null,
        agreement: agreement.value,
        agreementInterval: agreement.interval,
        energy: {
          ecmtRatio: mean(({ ecmtRatio }) => ecmtRatio),
          fullRatio: mean(({ anytimeRatio, full }) => anytimeRatio ?? full[0]!.ratio),
        },
      };
    });
}
