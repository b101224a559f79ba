/** A layer of neurons whose spikes tell 1/time. */
export interface InverseTimeLayer {
  /** Weights by neuron, [neurons][inputs]. */
  readonly weights: readonly ArrayLike<number>[];
  readonly biases: ArrayLike<number>;
  /** Default 1. */
  readonly threshold?: number;
}

/**
 * Times of the spikes of a layer in the older code in which a value is 1/time, in continuous time: the baseline of neurons that spike once. From
 * its spike at t_j on, input j makes the potential rise with slope w_j, and from the first spike of all on the bias does:
 *
 *     u_i(t) = Σ_{t_j<t} w_ij·(t − t_j) + b_i·(t − min t);  t_i: the first t with u_i(t) ≥ θ
 *
 * If all inputs had come by then, 1/t_i were about (Σ w_ij + b_i)/(θ + Σ w_ij·t_j). A neuron does not wait for that: it fires before inhibition, or
 * the rest, arrives, so the code is not that of a ReLU network.
 *
 * Rueckauer, Liu: Conversion of analog to spiking neural networks using sparse temporal coding, ISCAS 2018.
 *
 * @param times of the inputs' spikes; `Infinity` for none
 * @returns a time for each neuron; `Infinity` where it does not spike
 */
export function inverseTimes(
  times: ArrayLike<number>,
  { weights, biases, threshold = 1 }: InverseTimeLayer,
): Float64Array {
  const order = Array.from(times, (time, input) => ({ time, input }))
    .filter(({ time }) => Number.isFinite(time))
    .sort((a, b) => a.time - b.time);
  return Float64Array.from(weights, (own, neuron) => {
    let [slope, potential] = [biases[neuron] ?? 0, 0];
    for (const [i, { time, input }] of order.entries()) {
      slope += own[input] ?? 0;
      const next = order[i + 1]?.time ?? Number.POSITIVE_INFINITY;
      const crossing = time + (threshold - potential) / slope;
      if (slope > 0 && crossing <= next) return crossing;
      potential += slope * (next - time);
    }
    return Number.POSITIVE_INFINITY;
  });
}
