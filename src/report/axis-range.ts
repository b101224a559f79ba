/** Ends of an axis of percentages, which are from 0 on but for explained variance, with some room around them, also where all are the same; none is above 100. */
export function axisRange(percents: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...percents), Math.max(...percents)];
  const room = Math.max(2, 0.12 * (high - low));
  return [low < 0 ? low - room : Math.max(0, low - room), Math.min(100, high + room)];
}
