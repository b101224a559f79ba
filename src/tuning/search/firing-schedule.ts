/**
 * When neurons may fire. Sites are cut by depth into groups that start one step after each other, so that a site spends its
 * spikes when what it receives is nearly settled.
 */
export interface FiringSchedule {
  /** Time-steps T. */
  readonly steps: number;
  /** Steps in which the deepest sites may fire, 1…T. With T all sites start at once. */
  readonly window: number;
}

/** All schedules of at most this many steps, the shorter first. */
export function schedulesUpTo(most: number): FiringSchedule[] {
  return Array.from({ length: most }, (_, i) => i + 1).flatMap((steps) =>
    Array.from({ length: steps }, (_, i) => ({ steps, window: i + 1 })),
  );
}

/** First step at which a site of this depth may fire. @param depth in [0, 1) */
export function onsetOf({ steps, window }: FiringSchedule, depth: number): number {
  const groups = steps - window + 1;
  return 1 + Math.min(groups - 1, Math.floor(depth * groups));
}
