import { Catalogue } from '../catalogue.ts';
import { UsageError } from '../errors.ts';
import { burst } from './burst.ts';
import { cos } from './cos.ts';
import type { Method, Preset } from './define-method.ts';
import { differential } from './differential.ts';
import { ecc } from './ecc.ts';
import { ecmt } from './ecmt.ts';
import { fewSpikes } from './few-spikes.ts';
import { fewSpikesFunction } from './few-spikes-function.ts';
import { opi } from './opi.ts';
import { rate } from './rate.ts';
import { scaleAndFire } from './scale-and-fire.ts';
import { sigmaDelta } from './sigma-delta.ts';
import { spikeOnce } from './spike-once.ts';
import { stBif } from './st-bif.ts';
import { timeToFirstSpike } from './time-to-first-spike.ts';
import { ultraLowLatency } from './ultra-low-latency.ts';

/** Conversion methods by name. */
export const methodCatalogue = new Catalogue<Method>('method', [
  ecmt,
  differential,
  sigmaDelta,
  scaleAndFire,
  stBif,
  fewSpikes,
  fewSpikesFunction,
  burst,
  timeToFirstSpike,
  rate,
  opi,
  cos,
  ecc,
  ultraLowLatency,
  spikeOnce,
]);

/** All conversion methods. */
export const methods = methodCatalogue.members;

/** The method with this name. @throws UsageError for an unknown name, listing the known ones */
export function methodNamed(name: string): Method {
  const found = methodCatalogue.get(name);
  if (found) return found;
  throw new UsageError({
    where: `method '${name}'`,
    expected: `one of ${methodCatalogue.names}`,
    got: 'an unknown name',
    remedy: 'Choose a known method',
  });
}

/** A method's preset by name, or its default one. @throws UsageError for an unknown name, listing the known ones */
export function presetOf(method: Method, name = method.defaultPreset): { name: string; preset: Preset } {
  const preset = method.presets[name];
  if (preset) return { name, preset };
  throw new UsageError({
    where: `preset '${name}' of method '${method.name}'`,
    expected: `one of ${Object.keys(method.presets).join(', ')}`,
    got: 'an unknown name',
    remedy: 'Choose a known preset',
  });
}
