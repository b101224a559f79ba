import { z } from 'zod';
import { activationAttributes, fromActivationAttributes } from '../dynamics/activation-attributes.ts';
import { defineNeuron, type Parameters, type ValueNames } from '../dynamics/define-neuron.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Tensor } from '../graph/tensor.ts';
import {
  type IntegrateAndFireParameter,
  integrateAndFire,
  lowerIntegrateAndFire,
} from './integrate-and-fire.ts';

const attributes = z.object({
  ...activationAttributes,
  /** Hidden steps ρ. */
  hiddenSteps: z.int().min(1).max(256).default(4),
  /** How often the initial potential is shifted at most, each time by the distance of one spike. */
  iterations: z.int().min(1).max(16).default(1),
});

/** Stands for "no such step". */
const none = 1e30;

/** Margins by which a shift moves the potential beyond the threshold, in units of the threshold. */
const margin = { silence: 0.999, fire: 1.001 } as const;

/**
 * Integrate-and-fire neuron that shifts its initial potential, for each image anew, after ρ hidden steps. Their
 * residual potential tells whether the neuron has fired too often (it is negative) or too seldom (it has reached the
 * threshold) for its mean input; the shift takes one spike away or adds one. Layers rehearse one after the other: what
 * a neuron receives in its hidden steps, layers before it have emitted with shifted potentials.
 *
 * Parameters as in {@link integrateAndFire}; `initialPotential` is the potential before the shift, usually θ/2.
 *
 * Differs from the paper, whose shift is ±θ: as in the authors' code the shift is at least θ, and larger where that is
 * needed to gain or lose a spike. A neuron that has fired at every hidden step is not shifted upwards (it cannot fire
 * more often). Further iterations judge the spike count after the last shift.
 */
export const offsetCalibrating = defineNeuron({
  ...integrateAndFire,
  name: 'offset-calibrating',
  summary: 'Integrate-and-fire neuron that calibrates its initial potential in hidden time-steps.',
  equations: [
    'hidden steps: n spikes in ρ steps of integrate-and-fire from v; r = v(0) + ρ·x̄(ρ) − n·θ',
    'r < 0 and n > 0: v ← v − max(θ, min m over the steps that fired − 0.999·θ)',
    'r ≥ θ and n < ρ: v ← v + max(θ, 1.001·θ − max m over the silent steps)',
    'then, from t = 1:',
    integrateAndFire.equations.replace('v(0)', 'v'),
  ].join('\n'),
  paper:
    'Hao, Ding, Bu, Huang, Yu: Bridging the Gap between ANNs and SNNs by Calibrating Offset Spikes, ICLR 2023, arXiv:2302.10685',
  attributes,
  standsFor: fromActivationAttributes,
  functionName: ({ hiddenSteps, iterations }) =>
    `OffsetCalibrating_${hiddenSteps}${iterations === 1 ? '' : `_iterated${iterations}`}`,
  levels: () => [1],
  rehearsal: {
    steps: ({ hiddenSteps }) => hiddenSteps,
    adapt(means, parameters, { iterations }) {
      let potential = parameters.initialPotential;
      for (let i = 0; i < iterations; i++) potential += shiftOf(means, parameters, potential);
      return { ...parameters, initialPotential: potential };
    },
    lower(build, means, parameters, { iterations }) {
      let potential = parameters.initialPotential;
      for (let i = 0; i < iterations; i++) potential = lowerShift(build, means, parameters, potential);
      return { ...parameters, initialPotential: potential };
    },
  },
  lower: lowerIntegrateAndFire,
});

/** What one rehearsal from this potential asks for. */
function shiftOf(
  means: Float64Array,
  { threshold, initialPotential }: Parameters<IntegrateAndFireParameter>,
  potential: number,
): number {
  let [count, lowestFiring, highestSilent] = [0, none, -none];
  for (const [i, mean] of means.entries()) {
    const m = potential + (i + 1) * mean - count * threshold;
    if (m >= threshold) {
      count++;
      lowestFiring = Math.min(lowestFiring, m);
    } else {
      highestSilent = Math.max(highestSilent, m);
    }
  }
  const residual = initialPotential + means.length * means.at(-1)! - count * threshold;
  if (residual < 0 && count > 0) return -Math.max(threshold, lowestFiring - margin.silence * threshold);
  if (residual >= threshold && count < means.length) {
    return Math.max(threshold, margin.fire * threshold - highestSilent);
  }
  return 0;
}

/** The same as operators. @returns the shifted potential */
function lowerShift(
  build: GraphBuilder,
  means: string,
  parameters: ValueNames<IntegrateAndFireParameter>,
  potential: string,
): string {
  const { threshold } = parameters;
  const steps = build.op('Gather', [
    build.op('Shape', [means]),
    build.constant('axis', Tensor.int64([], [0])),
  ]);
  const rho = build.op('Cast', [steps], { to: 1 }, { name: 'rho' });
  const one = build.scalar('one', 1);
  const times = build.op('Range', [one, build.op('Add', [rho, one]), one]);
  const last = build.op('Gather', [means, build.constant('last', Tensor.int64([], [-1]))], { axis: 0 });
  const zeros = build.op('Mul', [last, build.scalar('zero', 0)]);
  const start = [zeros, add(build, zeros, none), add(build, zeros, -none)];
  const [count, lowestFiring, highestSilent] = build.ops('Scan', [...start, means, times], 3, {
    body: rehearsalBody(threshold, potential),
    num_scan_inputs: 2,
  }) as [string, string, string];

  const received = build.op('Add', [build.op('Mul', [last, rho]), parameters.initialPotential]);
  const residual = build.op('Sub', [received, build.op('Mul', [count, threshold])], {}, { name: 'residual' });
  const tooMany = build.op('And', [
    build.op('Less', [residual, build.scalar('nothing', 0)]),
    build.op('Less', [build.scalar('quiet', 0), count]),
  ]);
  const tooFew = build.op('And', [
    build.op('Not', [build.op('Less', [residual, threshold])]),
    build.op('Less', [count, rho]),
  ]);
  const down = build.op('Sub', [lowestFiring, scaled(build, threshold, margin.silence)]);
  const up = build.op('Sub', [scaled(build, threshold, margin.fire), highestSilent]);
  const lowered = build.op('Sub', [potential, build.op('Max', [threshold, down])]);
  const raised = build.op('Add', [potential, build.op('Max', [threshold, up])]);
  const otherwise = build.op('Where', [tooFew, raised, potential]);
  return build.op('Where', [tooMany, lowered, otherwise], {}, { name: 'shifted' });
}

/** Body of a Scan over the hidden steps: spike count, lowest potential that fired, highest that did not. */
function rehearsalBody(threshold: string, potential: string): Graph {
  const body = new Graph('rehearsal');
  const names = ['count.before', 'lowest.before', 'highest.before', 'mean', 't'];
  body.setInputs(names.map((name) => ({ name, dataType: 'float32', shape: undefined })));
  const build = new GraphBuilder(body, 'rehearsal.');
  const received = build.op('Add', [build.op('Mul', ['mean', 't']), potential]);
  const m = build.op('Sub', [received, build.op('Mul', ['count.before', threshold])]);
  const silent = build.op('Less', [m, threshold]);
  const spike = build.op('Where', [silent, build.scalar('zero', 0), build.scalar('one', 1)]);
  const count = build.op('Add', ['count.before', spike]);
  const firing = build.op('Where', [silent, build.scalar('high', none), m]);
  const quiet = build.op('Where', [silent, m, build.scalar('low', -none)]);
  const results = [
    count,
    build.op('Min', ['lowest.before', firing]),
    build.op('Max', ['highest.before', quiet]),
  ];
  body.setOutputs(results.map((name) => ({ name, dataType: 'float32', shape: undefined })));
  return body;
}

function add(build: GraphBuilder, value: string, number: number): string {
  return build.op('Add', [value, build.scalar('offset', number)]);
}

function scaled(build: GraphBuilder, value: string, factor: number): string {
  return build.op('Mul', [value, build.scalar('factor', factor)]);
}
