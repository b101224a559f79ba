import { activationSites } from '../analysis/activation-sites.ts';
import { toActivationAttributes } from '../dynamics/activation-attributes.ts';
import { offsetCalibrating } from '../neurons/offset-calibrating.ts';
import { neuronSpec } from '../spiking/neuron-node.ts';
import { defineMethod, type Preset } from './define-method.ts';
import {
  fittedCalibration,
  rateCodedConverts,
  rateCodedPasses,
  type SpecOfThreshold,
  thresholdParameters,
} from './rate-coded.ts';

/** Initial potential before the shift, in units of the threshold. */
const initialPotential = 0.5;

/** Which rehearsal decides about shifts behind the first one. */
type Judged = 'latest' | 'first';

function specWith(hiddenSteps: number, iterations: number, judged: Judged): SpecOfThreshold {
  return (activation, threshold) =>
    neuronSpec(
      offsetCalibrating,
      { ...toActivationAttributes(activation), hiddenSteps, iterations, judged },
      thresholdParameters({ shape: [], values: [threshold] }, initialPotential),
    );
}

/** @param hiddenSteps ρ @param iterations shifts at most */
function preset(hiddenSteps: number, iterations: number, judged: Judged = 'latest'): Preset {
  const specOfThreshold = specWith(hiddenSteps, iterations, judged);
  const shifts = iterations === 1 ? 'one shift' : `up to ${iterations} shifts`;
  const told = judged === 'first' ? ', each told by the first residual' : '';
  return {
    summary: `ρ = ${hiddenSteps} hidden steps before step 1, ${shifts} of the initial potential${told}.`,
    differences: [
      'The paper starts from a network trained with QCFS, whose bounds are the thresholds; for plain ReLU the thresholds minimise the squared error of the decoded value after T steps.',
      'A neuron that fired at every hidden step is not shifted upwards.',
      ...(judged === 'first'
        ? [
            'Later shifts, which the authors’ code has but does not use, are as long as the rehearsal before each asks for.',
          ]
        : []),
    ],
    calibrate: (site, steps) => fittedCalibration(site, steps, specOfThreshold),
    fromThresholds: ({ positive }) => specOfThreshold({ kind: 'relu' }, positive),
  };
}

/**
 * Calibrating Offset Spikes: each image is first shown for ρ hidden steps; the residual potential of each neuron then
 * tells whether it emits a spike too many or too few, and shifts its initial potential accordingly. Layers calibrate one
 * after the other. The hidden steps belong to latency and energy; conversion records and run plans name them.
 */
export const cos = defineMethod({
  name: 'cos',
  summary:
    'Calibrating Offset Spikes: hidden steps in which neurons shift their initial potential for each image.',
  paper: offsetCalibrating.paper,
  passes: rateCodedPasses,
  converts: rateCodedConverts,
  place: activationSites,
  defaultPreset: 'rho4',
  presets: {
    rho4: preset(4, 1),
    'rho4-iterated': preset(4, 4),
    rho8: preset(8, 1),
    'rho8-iterated': preset(8, 4),
    'rho4-first-residual': preset(4, 4, 'first'),
  },
});
