import { z } from 'zod';
import { defineNeuron, type StepOutputs, type StepValues } from '../dynamics/define-neuron.ts';
import {
  type FewSpikesCode,
  type FewSpikesTableName,
  fewSpikesTables,
} from '../dynamics/few-spikes-tables.ts';
import { keepState } from '../dynamics/restarts.ts';
import { tellFewSpikes } from '../dynamics/tell-few-spikes.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';

const tableNames = Object.keys(fewSpikesTables) as [FewSpikesTableName, ...FewSpikesTableName[]];

const attributes = z.object({
  /** The code: activation function and number of internal steps K. */
  code: z.enum(tableNames).default('gelu-12'),
});

/** Structural choices of a few-spikes neuron that computes an activation function. */
export type FewSpikesFunctionAttributes = z.infer<typeof attributes>;

/**
 * Few-spikes neuron in its general form, in the place of a smooth activation function (GELU, SiLU, sigmoid): thresholds,
 * resets and worths of its K internal steps are free and fitted to the function, so that the spikes of one time-step add up
 * to it. The function itself need not be computed. All spikes are counted.
 *
 * The codes are data, see {@link fewSpikesTables}; `fitFewSpikes` made them. Their root mean square error is 0.027 (GELU),
 * 0.037 (SiLU) and 0.013 (sigmoid) for inputs spread as N(0, 2²) with a floor of 2 % over [−8, 12]. No parameters: the
 * scale of these functions is fixed.
 *
 * What counts as T: the time-step is the window of K internal steps, see {@link fewSpikes}. The neuron keeps nothing from
 * one step to the next; steps beyond the first repeat the spikes, and tell only what earlier layers have corrected.
 *
 * Differs from the paper: the codes have 12 internal steps and come from another optimiser.
 */
export const fewSpikesFunction = defineNeuron({
  name: 'few-spikes-function',
  summary: 'Computes an activation function by the worth of its spikes in K internal steps.',
  equations: [
    'v_1 = x̄(t)',
    'for k = 1…K: z_k = H(v_k − T_k);  v_(k+1) = v_k − h_k·z_k',
    's(t) = Σ d_k·z_k ≈ f(x̄(t)): Σ z_k spikes;  decoded: s(t)',
  ].join('\n'),
  paper:
    'Stöckl, Maass: Optimized spiking neurons can classify images with high accuracy through temporal coding with two spikes, Nature Machine Intelligence 2021, doi:10.1038/s42256-021-00311-4, arXiv:2002.00860',
  attributes,
  parameters: [],
  state: ['told', 'count'],
  spikeCount: 'count',
  coding: 'instant',
  standsFor: ({ code }) => ({ kind: fewSpikesTables[code].activation }),
  functionName: ({ code }) => `FewSpikesFunction_${code.replace('-', '_')}`,
  levels: spikeWorths,
  step({ mean }, state, _parameters, { code }) {
    const { sum, fired } = tellFewSpikes(mean, fewSpikesTables[code], false);
    state.told = sum;
    state.count = fired.length;
    return sum;
  },
  decode: (state) => state.told,
  restart: keepState,
  levelOf: (spike, _parameters, choices) =>
    Math.max(
      spikeWorths(choices).findLastIndex((worth) => worth <= Math.abs(spike)),
      0,
    ),
  lower,
});

/** Sizes of the worths, ascending. */
function spikeWorths({ code }: FewSpikesFunctionAttributes): number[] {
  return fewSpikesTables[code].worths.map(Math.abs).sort((a, b) => a - b);
}

function lower(
  build: GraphBuilder,
  { mean }: StepValues<never, 'told' | 'count'>,
  { code }: FewSpikesFunctionAttributes,
): StepOutputs<'told' | 'count'> {
  const { thresholds, resets, worths }: FewSpikesCode = fewSpikesTables[code];
  const [zero, one] = [build.scalar('zero', 0), build.scalar('one', 1)];
  let [value, sum, count] = [mean, zero, zero];
  for (const [k, threshold] of thresholds.entries()) {
    const below = build.op('Less', [value, build.scalar(`threshold${k}`, threshold)]);
    const fires = build.op('Where', [below, zero, one]);
    value = build.op('Sub', [value, build.op('Mul', [fires, build.scalar(`reset${k}`, resets[k]!)])]);
    sum = build.op('Add', [sum, build.op('Mul', [fires, build.scalar(`worth${k}`, worths[k]!)])]);
    count = build.op('Add', [count, fires]);
  }
  return { state: { told: sum, count }, decoded: sum, spike: sum };
}
