import type { PositionImportance } from './output-gradients.ts';

/** Positions of a site that matter alike, along one axis. */
export interface SitePart {
  /** Axis of the site's shape, the batch being axis 0. */
  readonly axis: number;
  /** Shape of the site for one image, the batch in front. */
  readonly shape: readonly number[];
  /** For each position along the axis: whether it belongs to this part. */
  readonly members: readonly boolean[];
  /** Share of the site's importance, in [0, 1]; 0 where the output does not depend on the part at all. */
  readonly share: number;
}

/** From this multiple of the mean on, a position stands out. */
const outstanding = 4;

/** Parts must gain at least this: importance of the positions that stand out beyond their number, and what does not matter. */
const leastGain = 0.05;

/** Neurons are run in stretches with the same thresholds: parts that alternate more often cost more time than they save. */
const mostStretches = 16;

/**
 * Divides a site by how much its positions matter, for example a Vision Transformer's class token from its patches, along
 * the axis where that gains most.
 *
 * @returns undefined where no axis is worth dividing
 */
export function divideSite({ shape, axes }: PositionImportance): SitePart[] | undefined {
  const divisions = axes.map((importance, axis) => divide(importance, axis, shape)).slice(1);
  const best = divisions.reduce((a, b) => (b.gain > a.gain ? b : a), { gain: 0, parts: [] as SitePart[] });
  return best.gain >= leastGain ? best.parts : undefined;
}

function divide(importance: Float64Array, axis: number, shape: readonly number[]) {
  const total = importance.reduce((a, b) => a + b, 0);
  const { length } = importance;
  const classes = Array.from(importance, (value) => {
    if (value === 0) return 'silent';
    return value * length >= outstanding * total ? 'outstanding' : 'ordinary';
  });
  const stretches = classes.filter((each, i) => each !== classes[i - 1]).length;
  if (total === 0 || stretches > mostStretches) return { gain: 0, parts: [] };
  const share = (kind: string, of: (i: number) => number) =>
    classes.reduce((sum, each, i) => (each === kind ? sum + of(i) : sum), 0);
  const importanceOf = (kind: string) => share(kind, (i) => importance[i]! / total);
  const fraction = (kind: string) => share(kind, () => 1 / length);
  const kinds = [...new Set(classes)];
  return {
    gain: importanceOf('outstanding') - fraction('outstanding') + fraction('silent'),
    parts: kinds.map((kind) => ({
      axis,
      shape,
      members: classes.map((each) => each === kind),
      share: importanceOf(kind),
    })),
  };
}

/**
 * One tensor from a number for each part, broadcastable to the site.
 *
 * @returns shape with the parts' axis and 1 elsewhere, and its values
 */
export function joinParts(parts: readonly SitePart[], numbers: readonly number[]) {
  const { axis, shape, members } = parts[0]!;
  return {
    shape: shape.map((_, i) => (i === axis ? members.length : 1)),
    values: members.map((_, position) => numbers[parts.findIndex((part) => part.members[position])]!),
  };
}
