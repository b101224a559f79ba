import { type Means, UsageError } from '../errors.ts';

/**
 * Refuses settings that would change nothing in a job, so that nobody believes they did.
 *
 * @param where the network or the job
 * @param idle names of the settings that do nothing here
 * @param why when they do nothing (`because`), and what to do instead of leaving them out
 * @throws UsageError that names all of them that were given; `false` counts as not given
 */
export function refuseIdle<S extends object>(
  where: string,
  settings: S,
  idle: readonly (Means & keyof S)[],
  { because, remedy }: { readonly because: string; readonly remedy?: string },
): void {
  const given = idle.filter((name) => settings[name] !== undefined && settings[name] !== false);
  if (given.length === 0) return;
  const list = new Intl.ListFormat('en', { type: 'disjunction' });
  throw new UsageError({
    where,
    expected: `no ${list.format(given)} ${because}`,
    got: given.map((name) => String(settings[name])).join(', '),
    remedy: remedy ?? `Leave ${given.length > 1 ? 'them' : 'it'} out`,
    means: given,
  });
}
