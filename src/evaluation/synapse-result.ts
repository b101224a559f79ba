import { countFlips } from '../metrics/flips.ts';
import { type Prediction, stepMetrics } from '../metrics/step-metrics.ts';
import type { IntegerSynapseUse, SynapseResult, SynapseStep } from '../results/synapse-result.ts';

/**
 * Compares what a network said on 8-bit synapses with what it says on float32 ones.
 *
 * @param float32 best classes after each time-step, by id of the image; predictions of other images are left out
 */
export function synapseResult(
  use: IntegerSynapseUse,
  predictions: readonly Prediction[],
  float32: ReadonlyMap<string, Prediction['steps']>,
): SynapseResult {
  const both = predictions.filter(({ id }) => float32.has(id));
  const steps = both[0]?.steps.length ?? 0;
  // After each step, float32 synapses take the part of the source network.
  const pairs = (t: number): Prediction[] =>
    both.map(({ id, label, steps }) => ({
      id,
      label,
      source: float32.get(id)![t]!,
      steps: [steps[t]!],
    }));
  return {
    ...use,
    images: both.length,
    steps: Array.from({ length: steps }, (_, t) => ({ t: t + 1, ...compare(pairs(t)) })),
  };
}

function compare(pairs: readonly Prediction[]): Omit<SynapseStep, 't'> {
  const { agreement, top1 } = stepMetrics(pairs)[0]!;
  const { outcome } = countFlips(pairs);
  const known = pairs.filter(({ label }) => label !== undefined);
  const right = known.filter(({ source, label }) => source[0] === label);
  return {
    agreement: agreement.value,
    agreementInterval: agreement.interval,
    top1: top1?.value ?? null,
    float32Top1: known.length > 0 ? right.length / known.length : null,
    lost: outcome?.lost ?? null,
    won: outcome?.won ?? null,
  };
}
