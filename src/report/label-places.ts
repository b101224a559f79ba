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
  const rising = places.toReversed();
  return sorted.map(({ label }, i) => ({ label, y: rising[i]! }));
}

/** A label with the point that it belongs to, in pixels. */
export interface PointLabel {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

/** Pixels that a label of small print takes. */
const [letter, line] = [8, 14];

/** Pixels between a point and the middle of its label. */
const distance = 12;

/**
 * Puts each label above its point, below it if there is no room, or nowhere; earlier labels go first. Labels cover neither
 * each other nor points.
 *
 * @returns for each label the pixels downwards from its point, or undefined where it is left out
 */
export function placeLabels(labels: readonly PointLabel[]): (number | undefined)[] {
  const taken = labels.map(({ x, y }) => ({ x, y, width: 10, height: 10 }));
  return labels.map(({ x, y, text }) => {
    if (text === '') return undefined;
    const width = letter * text.length;
    const free = [-distance, distance].find((dy) =>
      taken.every(
        (box) =>
          Math.abs(box.x - x) >= (box.width + width) / 2 ||
          Math.abs(box.y - y - dy) >= (box.height + line) / 2,
      ),
    );
    if (free !== undefined) taken.push({ x, y: y + free, width, height: line });
    return free;
  });
}
