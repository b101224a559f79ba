/** A horizontal axis of time-steps 1…T for a line chart. @param domain ends of the axis, where room is wanted beside 1 and T */
export function stepAxis(
  last: number,
  narrow: boolean,
  domain: readonly [number, number],
  label = 'time-step T',
) {
  return {
    domain: [...domain],
    ticks: integerTicks(last, narrow ? 6 : 16),
    tickFormat: 'd',
    label,
    labelAnchor: 'center',
    labelArrow: 'none',
  } as const;
}

/** Whole numbers from 1 to T, at most so many, with 1 and T among them. */
export function integerTicks(last: number, most: number): number[] {
  const stride = Math.max(1, Math.ceil(last / most));
  const ticks = Array.from({ length: last }, (_, i) => i + 1).filter((t) => t === 1 || t % stride === 0);
  return ticks.includes(last) ? ticks : [...ticks.filter((t) => last - t >= stride / 2), last];
}
