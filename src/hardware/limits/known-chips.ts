import { UsageError } from '../../errors.ts';
import { akida } from './akida.ts';
import type { ChipLimits } from './chip-limits.ts';
import { loihi2 } from './loihi-2.ts';
import { speck } from './speck.ts';
import { spinnaker2 } from './spinnaker-2.ts';

/** Chips whose room is known. */
export const knownChips: readonly ChipLimits[] = [loihi2, spinnaker2, speck, akida];

/** What the chip of this name has room for. @throws UsageError for an unknown name, listing the known ones */
export function limitsOf(name: string): ChipLimits {
  const found = knownChips.find((each) => each.name === name);
  if (found) return found;
  throw new UsageError({
    where: `chip '${name}'`,
    expected: `one of ${knownChips.map((each) => each.name).join(', ')}, or a .json file that describes one`,
    got: 'an unknown name',
    remedy: 'Choose a known chip, or give a file',
  });
}
