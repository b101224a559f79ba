import { logitsOf } from '../../analysis/logits-of.ts';
import type { Model } from '../../graph/model.ts';
import { relativeError } from '../../metrics/output-error.ts';
import type { ImageRecord } from '../../results/batch-record.ts';
import type { EvaluationResult } from '../../results/evaluation-result.ts';
import { otherOutputsOf } from '../run/other-outputs.ts';

/** Which output was measured, and how far the others are off; nothing where there is only one. */
export function summariseOutputs(
  model: Model,
  predictions: readonly ImageRecord[],
): Pick<EvaluationResult, 'output' | 'otherOutputs'> {
  const names = otherOutputsOf(model);
  if (names.length === 0) return {};
  const steps = predictions[0]?.others?.[0]?.length ?? 0;
  const otherOutputs = names.map((name, k) => ({
    name,
    relativeError: Array.from({ length: steps }, (_, t) =>
      relativeError(predictions.map(({ others }) => others?.[k]?.[t] ?? [0, 0])),
    ),
  }));
  return { output: logitsOf(model).name, otherOutputs };
}
