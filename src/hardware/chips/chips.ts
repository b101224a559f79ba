import { UsageError } from '../../errors.ts';
import type { Chip } from '../define-chip.ts';
import { spikeOnceChip } from './spike-once.ts';

/** All models of hardware. */
export const chips: readonly Chip[] = [spikeOnceChip];

/** The model of hardware with this name. @throws UsageError for an unknown name, listing the known ones */
export function chipNamed(name: string): Chip {
  const found = chips.find((each) => each.name === name);
  if (found) return found;
  throw new UsageError({
    where: `hardware '${name}'`,
    expected: `one of ${chips.map((each) => each.name).join(', ')}`,
    got: 'an unknown name',
    remedy: 'Choose a known model of hardware',
  });
}
