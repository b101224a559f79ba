import type { RunSettings } from '../results/run-settings.ts';

/** Settings as a text that is equal for equal ones, in whatever order they stand. */
export function identityOf(settings: RunSettings): string {
  const written: RunSettings = JSON.parse(JSON.stringify(settings));
  return JSON.stringify(Object.entries(written).sort(([a], [b]) => (a < b ? -1 : 1)));
}
