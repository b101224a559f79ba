/** Quantile of the standard normal distribution for a two-sided 95 % interval. */
const z = 1.959963984540054;

/**
 * 95 % interval of a proportion (Wilson, 1927): right for small numbers and near 0 and 1.
 *
 * @returns lower and upper bound in [0, 1]; [0, 1] when there are no trials
 */
export function wilsonInterval(successes: number, trials: number): [number, number] {
  if (trials === 0) return [0, 1];
  const p = successes / trials;
  const centre = p + z ** 2 / (2 * trials);
  const spread = z * Math.sqrt((p * (1 - p)) / trials + z ** 2 / (4 * trials ** 2));
  const scale = 1 + z ** 2 / trials;
  return [Math.max(0, (centre - spread) / scale), Math.min(1, (centre + spread) / scale)];
}
