import type { AnyNeuron } from '../dynamics/define-neuron.ts';
import { ConversionError } from '../errors.ts';
import { burst } from './burst.ts';
import { chargeAligned } from './charge-aligned.ts';
import { differentialMultiThreshold } from './differential-multi-threshold.ts';
import { fewSpikes } from './few-spikes.ts';
import { fewSpikesFunction } from './few-spikes-function.ts';
import { integrateAndFire } from './integrate-and-fire.ts';
import { leakyIntegrateAndFire } from './leaky-integrate-and-fire.ts';
import { multiThreshold } from './multi-threshold.ts';
import { offsetCalibrating } from './offset-calibrating.ts';
import { scaleAndFire } from './scale-and-fire.ts';
import { sigmaDelta } from './sigma-delta.ts';
import { stBif } from './st-bif.ts';
import { timeToFirstSpike } from './time-to-first-spike.ts';

/** All neurons, for look-ups by name and for the conformance suite. */
export const neurons: readonly AnyNeuron[] = [
  multiThreshold,
  differentialMultiThreshold,
  burst,
  sigmaDelta,
  scaleAndFire,
  stBif,
  fewSpikes,
  fewSpikesFunction,
  timeToFirstSpike,
  integrateAndFire,
  offsetCalibrating,
  chargeAligned,
  leakyIntegrateAndFire,
];

/** The neuron with this name. @throws ConversionError for an unknown name, listing the known ones. */
export function neuronNamed(name: string): AnyNeuron {
  const found = neurons.find((each) => each.name === name);
  if (found) return found;
  throw new ConversionError({
    where: `neuron '${name}'`,
    expected: `one of ${neurons.map((each) => each.name).join(', ')}`,
    got: 'an unknown name',
    remedy: 'The model may come from a newer version of Transpike',
  });
}
