import { countFlips } from '../../metrics/flips.ts';
import { type Prediction, type StepMetrics, stepMetrics } from '../../metrics/step-metrics.ts';
import type { IntegerSynapseUse, SynapseResult, SynapseStep } from '../../results/synapse-result.ts';

/**
 * Compares what a network said on 8-bit synapses with what it says on float32 ones.
 *
 * @param float32 best classes after each time-step, by id of the image; predictions of other images are left out
 */
export function summariseSynapses(
  use: IntegerSynapseUse,
  predictions: readonly Prediction[],
  float32: ReadonlyMap<string, Prediction['steps']>,
): SynapseResult {
  // Float32 synapses take the part of the source network, which is another one after each step.
  const pairs = predictions.flatMap(({ id, label, steps }) => {
    const others = float32.get(id);
    return others
      ? [steps.map((own, t): Prediction => ({ id, label, source: others[t]!, steps: [own] }))]
      : [];
  });
  const steps = pairs[0]?.length ?? 0;
  return {
    ...use,
    images: pairs.length,
    steps: Array.from({ length: steps }, (_, t) =>
      compare(
        t + 1,
        pairs.map((each) => each[t]!),
      ),
    ),
  };
}

function compare(t: number, pairs: readonly Prediction[]): SynapseStep {
  const [{ agreement, top1 }] = stepMetrics(pairs) as [StepMetrics];
  const { outcome } = countFlips(pairs);
  const known = pairs.filter(({ label }) => label !== undefined);
  const right = known.filter(({ source, label }) => source[0] === label);
  return {
    t,
    agreement: agreement.value,
    agreementInterval: agreement.interval,
    top1: top1?.value ?? null,
    float32Top1: known.length > 0 ? right.length / known.length : null,
    lost: outcome?.lost ?? null,
    won: outcome?.won ?? null,
  };
}
