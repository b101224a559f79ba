import type { FiringSchedule } from '../../results/tuning-entry.ts';

/** All schedules of at most this many steps, the shorter first. */
export function schedulesUpTo(most: number): FiringSchedule[] {
  return Array.from({ length: most }, (_, i) => schedulesOf(i + 1)).flat();
}

/** All schedules of so many steps, the shorter windows first. */
export function schedulesOf(steps: number): FiringSchedule[] {
  return Array.from({ length: steps }, (_, i) => ({ steps, window: i + 1 }));
}

/** First step at which a site of this depth may fire. @param depth in [0, 1) */
export function onsetOf({ steps, window }: FiringSchedule, depth: number): number {
  const groups = steps - window + 1;
  return 1 + Math.min(groups - 1, Math.floor(depth * groups));
}
