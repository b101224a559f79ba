import { Catalogue } from '../catalogue.ts';
import type { AnyNeuron } from '../dynamics/define-neuron.ts';
import { ConversionError } from '../errors.ts';
import { burst } from './burst.ts';
import { chargeAligned } from './charge-aligned.ts';
import { currentBased } from './current-based.ts';
import { differentialMultiThreshold } from './differential-multi-threshold.ts';
import { fewSpikes } from './few-spikes.ts';
import { fewSpikesFunction } from './few-spikes-function.ts';
import { integrateAndFire } from './integrate-and-fire.ts';
import { leakyIntegrateAndFire } from './leaky-integrate-and-fire.ts';
import { multiThreshold } from './multi-threshold.ts';
import { offsetCalibrating } from './offset-calibrating.ts';
import { scaleAndFire } from './scale-and-fire.ts';
import { sigmaDelta } from './sigma-delta.ts';
import { spikeOnce } from './spike-once.ts';
import { stBif } from './st-bif.ts';
import { timeToFirstSpike } from './time-to-first-spike.ts';

/** Neurons by name. */
export const neuronCatalogue = new Catalogue<AnyNeuron>('neuron', [
  multiThreshold,
  differentialMultiThreshold,
  burst,
  sigmaDelta,
  scaleAndFire,
  stBif,
  fewSpikes,
  fewSpikesFunction,
  timeToFirstSpike,
  spikeOnce,
  integrateAndFire,
  offsetCalibrating,
  chargeAligned,
  leakyIntegrateAndFire,
  currentBased,
]);

/** All neurons, for look-ups by name and for the conformance suite. */
export const neurons = neuronCatalogue.members;

/** The neuron with this name. @throws ConversionError for an unknown name, listing the known ones. */
export function neuronNamed(name: string): AnyNeuron {
  const found = neuronCatalogue.get(name);
  if (found) return found;
  throw new ConversionError({
    where: `neuron '${name}'`,
    expected: `one of ${neuronCatalogue.names}`,
    got: 'an unknown name',
    remedy: 'The model may need an extension, or come from a newer version of Transpike',
    means: ['extensions'],
  });
}
