import { UsageError } from '../../errors.ts';
import type { FineTuning } from './define-fine-tuning.ts';
import { diet } from './diet.ts';
import { distil } from './distil.ts';
import { spikeOnceTuning } from './spike-once.ts';
import { stdb } from './stdb.ts';
import { tandem } from './tandem.ts';
import { ultraLowLatencyTuning } from './ultra-low-latency.ts';

/** All methods with a training stage. */
export const fineTunings: readonly FineTuning[] = [
  diet,
  stdb,
  ultraLowLatencyTuning,
  spikeOnceTuning,
  tandem,
  distil,
];

/** The method with this name. @throws UsageError for an unknown name, listing the known ones */
export function fineTuningNamed(name: string): FineTuning {
  const found = fineTunings.find((each) => each.name === name);
  if (found) return found;
  throw new UsageError({
    where: `fine-tuning '${name}'`,
    expected: `one of ${fineTunings.map((each) => each.name).join(', ')}`,
    got: 'an unknown name',
    remedy: 'Choose a known method',
  });
}
