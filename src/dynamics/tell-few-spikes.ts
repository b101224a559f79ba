import type { FewSpikesCode } from './few-spikes-tables.ts';

/** What one few-spikes neuron says of one value. */
export interface FewSpikesAnswer {
  /** Σ d_k·z_k. */
  readonly sum: number;
  /** The internal steps k with z_k = 1, from 0. */
  readonly fired: readonly number[];
}

/**
 * The few-spikes neuron in its general form: v_1 = x, then for k = 1…K z_k = H(v_k − T_k), v_(k+1) = v_k − h_k·z_k; the answer is Σ d_k·z_k
 * (Stöckl, Maass 2021, arXiv:2002.00860, equations 1 to 3).
 *
 * @param strict whether H(0) = 0, as in the paper; else a value at its threshold fires
 */
export function tellFewSpikes(
  value: number,
  { thresholds, resets, worths }: Omit<FewSpikesCode, 'activation'>,
  strict: boolean,
): FewSpikesAnswer {
  let [potential, sum] = [value, 0];
  const fired: number[] = [];
  for (const [k, threshold] of thresholds.entries()) {
    if (strict ? potential <= threshold : potential < threshold) continue;
    potential -= resets[k]!;
    sum += worths[k]!;
    fired.push(k);
  }
  return { sum, fired };
}
