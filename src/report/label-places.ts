/** A label at the height of what it names, in pixels from the top. */
export interface LabelPlace<L> {
  readonly label: L;
  readonly y: number;
}

/**
 * Moves labels apart so that no two are nearer than a gap, keeping their order and, as far as that goes, their places.
 *
 * @param bottom lowest place there is
 */
export function spreadLabels<L>(
  labels: readonly LabelPlace<L>[],
  gap: number,
  bottom: number,
): LabelPlace<L>[] {
  const sorted = labels.toSorted((a, b) => a.y - b.y);
  const down: number[] = [];
  for (const [i, { y }] of sorted.entries()) down.push(i === 0 ? y : Math.max(y, down[i - 1]! + gap));
  let limit = bottom;
  const places = down.toReversed().map((y) => {
    const place = Math.min(y, limit);
    limit = place - gap;
    return place;
  });
  return sorted.map(({ label }, i) => ({ label, y: places.at(-1 - i)! }));
}
