import type { FewSpikesCode } from './few-spikes-tables.ts';

/** What an error in the answer comes to in each number of a few-spikes code and in the value it tells. */
export interface FewSpikesGradients {
  readonly thresholds: Float64Array;
  readonly resets: Float64Array;
  readonly worths: Float64Array;
  readonly value: number;
}

/**
 * Gradients through one few-spikes neuron (Stöckl, Maass 2021, arXiv:2002.00860, section 3). A spike z = H(v − T) has the slope
 * max(0, 1 − |u|) at u = (v − T) / (|v| + 1), and u is differentiated through both v.
 *
 * @param value what the neuron is given, v_1
 * @param gradient ∂loss/∂y of its answer y = Σ d_k·z_k
 * @param strict whether a potential exactly at its threshold is silent, as in the paper
 */
export function fewSpikesGradients(
  value: number,
  gradient: number,
  { thresholds, resets, worths }: Omit<FewSpikesCode, 'activation'>,
  strict: boolean,
): FewSpikesGradients {
  const potentials = [value];
  for (const [k, threshold] of thresholds.entries()) {
    const v = potentials[k]!;
    potentials.push(v - (fires(v, threshold, strict) ? resets[k]! : 0));
  }
  const found = {
    thresholds: new Float64Array(thresholds.length),
    resets: new Float64Array(thresholds.length),
    worths: new Float64Array(thresholds.length),
  };
  // Of v_(k+1), from the last internal step backwards.
  let ofPotential = 0;
  for (let k = thresholds.length - 1; k >= 0; k--) {
    const [v, threshold] = [potentials[k]!, thresholds[k]!];
    const size = Math.abs(v) + 1;
    const u = (v - threshold) / size;
    const ofDistance = (gradient * worths[k]! - ofPotential * resets[k]!) * Math.max(0, 1 - Math.abs(u));
    if (fires(v, threshold, strict)) {
      found.worths[k] = gradient;
      found.resets[k] = -ofPotential;
    }
    found.thresholds[k] = -ofDistance / size;
    ofPotential += (ofDistance * (1 - u * Math.sign(v))) / size;
  }
  return { ...found, value: ofPotential };
}

function fires(potential: number, threshold: number, strict: boolean): boolean {
  return strict ? potential > threshold : potential >= threshold;
}
