import { type ConfidentPrediction, earlyExit, exitThresholds } from '../../metrics/early-exit.ts';
import type { Proportion } from '../../metrics/proportion.ts';
import { type SourceMetrics, stepMetrics } from '../../metrics/step-metrics.ts';
import type { QuantisationPlan } from '../../quantisation/plan-quantisation.ts';
import type { SourceResult } from '../../results/accuracy-result.ts';
import type { BatchRecord } from '../../results/batch-record.ts';
import type { DeviceEnergy, StepEnergy } from '../../results/energy-result.ts';
import type { EarlyExitResult, QuantisedResults } from '../../results/evaluation-result.ts';
import type { TaskName } from '../../tasks/tasks.ts';

type Predictions = BatchRecord['predictions'];

/** Quality of a network that tells classes, in the form of a result; all null for another one. */
export interface ClassQuality extends SourceResult {
  readonly agreement: number | null;
  readonly agreementInterval: readonly [number, number] | null;
}

/** Quality after every time-step. */
export function stepQuality(predictions: Predictions, task: TaskName): ClassQuality[] {
  if (task !== 'classification') return (predictions[0]?.steps ?? []).map(() => noClasses);
  return stepMetrics(predictions).map((metrics) => ({
    ...accuracy(metrics),
    agreement: metrics.agreement.value,
    agreementInterval: metrics.agreement.interval,
  }));
}

const noClasses: ClassQuality = {
  ...accuracy({}),
  agreement: null,
  agreementInterval: null,
};

/** Accuracies in the form of a result. */
export function accuracy({ top1, top5 }: SourceMetrics): SourceResult {
  const flat = (proportion: Proportion | undefined) =>
    [proportion?.value ?? null, proportion?.interval ?? null] as const;
  const [[best, bestInterval], [five, fiveInterval]] = [flat(top1), flat(top5)];
  return { top1: best, top1Interval: bestInterval, top5: five, top5Interval: fiveInterval };
}

/** The quantised networks of a run; null unless all its images were shown to each of them. */
export function quantisedResults(
  predictions: Predictions,
  plan: QuantisationPlan | undefined,
  energies: readonly DeviceEnergy[],
  task: TaskName,
): QuantisedResults | null {
  const shown = predictions.flatMap(({ quantised, ...rest }) =>
    quantised?.length === plan?.widths.length && quantised ? [{ ...rest, steps: quantised }] : [],
  );
  if (!plan || shown.length < predictions.length) return null;
  const quality = stepQuality(shown, task);
  return {
    ranges: plan.ranges,
    networks: plan.widths.map(({ steps, bits, capped }, i) => ({
      steps,
      bits: [Math.min(...Object.values(bits)), Math.max(...Object.values(bits))],
      capped,
      ...quality[i]!,
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
