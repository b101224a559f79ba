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
  /** Whether later shifts are judged by the residual that the `latest` rehearsal leaves, or by that of the `first` one. */
  judged: z.enum(['latest', 'first']).default('latest'),
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
 * more often). Further iterations judge the spike count after the last shift, or, with `judged` `first`, as the authors' code has them
 * (switched off there): iteration i = 1, 2… shifts again where the residual of the first rehearsal was below −i·θ with more than i spikes, or at
 * least i·θ; by how much, the rehearsal from the shifted potential says.
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
  functionName: ({ hiddenSteps, iterations, judged }) =>
    `OffsetCalibrating_${hiddenSteps}${iterations === 1 ? '' : `_iterated${iterations}${judged === 'first' ? '_first' : ''}`}`,
  levels: () => [1],
  rehearsal: {
    steps: ({ hiddenSteps }) => hiddenSteps,
    adapt(means, parameters, { iterations, judged }) {
      let potential = parameters.initialPotential;
      let first: Rehearsal<number> | undefined;
      for (let i = 0; i < iterations; i++) {
        const latest = rehearse(means, parameters, potential);
        first ??= latest;
        const [judge, times] = judged === 'first' ? [first, i] : [latest, 0];
        potential += shiftOf(latest, parameters.threshold, judge, times);
      }
      return { ...parameters, initialPotential: potential };
    },
    lower(build, means, parameters, { iterations, judged }) {
      let potential = parameters.initialPotential;
      let first: Rehearsal<string> | undefined;
      for (let i = 0; i < iterations; i++) {
        const latest = lowerRehearsal(build, means, parameters, potential);
        first ??= latest;
        const [judge, times] = judged === 'first' ? [first, i] : [latest, 0];
        potential = lowerShift(build, latest, parameters.threshold, potential, judge, times);
      }
      return { ...parameters, initialPotential: potential };
    },
  },
  lower: lowerIntegrateAndFire,
});

/** What the hidden steps came to: numbers, or the names of their values. */
interface Rehearsal<Value> {
  readonly count: Value;
  readonly lowestFiring: Value;
  readonly highestSilent: Value;
  /** What is left over of what was received and of the potential before any shift. */
  readonly residual: Value;
  /** Hidden steps. */
  readonly steps: Value;
}

function rehearse(
  means: Float64Array,
  { threshold, initialPotential }: Parameters<IntegrateAndFireParameter>,
  potential: number,
): Rehearsal<number> {
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
  const steps = means.length;
  const residual = initialPotential + steps * means.at(-1)! - count * threshold;
  return { count, lowestFiring, highestSilent, residual, steps };
}

/**
 * What one rehearsal asks for: the distance of one spike, where there is one to lose or to gain.
 *
 * @param judge the rehearsal whose residual decides
 * @param times how often it has been judged by before
 */
function shiftOf(
  latest: Rehearsal<number>,
  threshold: number,
  judge: Rehearsal<number>,
  times: number,
): number {
  const tooMany = judge.residual < -times * threshold && judge.count > times;
  if (tooMany && latest.count > 0)
    return -Math.max(threshold, latest.lowestFiring - margin.silence * threshold);
  const tooFew = judge.residual >= Math.max(1, times) * threshold;
  if (tooFew && latest.count < latest.steps)
    return Math.max(threshold, margin.fire * threshold - latest.highestSilent);
  return 0;
}

/** The same as operators. */
function lowerRehearsal(
  build: GraphBuilder,
  means: string,
  { threshold, initialPotential }: ValueNames<IntegrateAndFireParameter>,
  potential: string,
): Rehearsal<string> {
  const length = build.op('Gather', [
    build.op('Shape', [means]),
    build.constant('axis', Tensor.int64([], [0])),
  ]);
  const steps = build.op('Cast', [length], { to: 1 }, { name: 'rho' });
  const one = build.scalar('one', 1);
  const times = build.op('Range', [one, build.op('Add', [steps, one]), one]);
  const last = build.op('Gather', [means, build.constant('last', Tensor.int64([], [-1]))], { axis: 0 });
  const zeros = build.op('Mul', [last, build.scalar('zero', 0)]);
  const start = [zeros, add(build, zeros, none), add(build, zeros, -none)];
  const [count, lowestFiring, highestSilent] = build.ops('Scan', [...start, means, times], 3, {
    body: rehearsalBody(threshold, potential),
    num_scan_inputs: 2,
  }) as [string, string, string];
  const received = build.op('Add', [build.op('Mul', [last, steps]), initialPotential]);
  const residual = build.op('Sub', [received, build.op('Mul', [count, threshold])], {}, { name: 'residual' });
  return { count, lowestFiring, highestSilent, residual, steps };
}

/** @returns the shifted potential */
function lowerShift(
  build: GraphBuilder,
  latest: Rehearsal<string>,
  threshold: string,
  potential: string,
  judge: Rehearsal<string>,
  times: number,
): string {
  const and = (...[first, ...rest]: [string, ...string[]]) =>
    rest.reduce((all, each) => build.op('And', [all, each]), first);
  const tooMany = and(
    build.op('Less', [judge.residual, scaled(build, threshold, -times)]),
    build.op('Less', [build.scalar('taken', times), judge.count]),
    build.op('Less', [build.scalar('quiet', 0), latest.count]),
  );
  const tooFew = and(
    build.op('Not', [build.op('Less', [judge.residual, scaled(build, threshold, Math.max(1, times))])]),
    build.op('Less', [latest.count, latest.steps]),
  );
  const down = build.op('Sub', [latest.lowestFiring, scaled(build, threshold, margin.silence)]);
  const up = build.op('Sub', [scaled(build, threshold, margin.fire), latest.highestSilent]);
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
