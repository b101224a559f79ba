import { z } from 'zod';
import { activationAttributes, fromActivationAttributes } from '../dynamics/activation-attributes.ts';
import {
  defineNeuron,
  type Parameters,
  type StepOutputs,
  type StepValues,
} from '../dynamics/define-neuron.ts';
import { unlimited } from '../dynamics/learning.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';

/** Slots beyond which an exponential code tells nothing more: with two of them an octave, 16 octaves. */
const mostExponentialSlots = 32;

const attributes = z.object({
  ...activationAttributes,
  /**
   * What the time of a spike is worth. `linear`: what is left of the window; `exponential`: a fixed part less from slot to slot;
   * `continuous`: as `linear`, in time without slots.
   */
  code: z.enum(['linear', 'exponential', 'continuous']).default('linear'),
  /** Slots s in which the worth of an exponential code halves. */
  slotsPerOctave: z.number().positive().default(2),
});

/** Structural choices of a neuron that spikes once. */
export type SpikeOnceAttributes = z.infer<typeof attributes>;

type Parameter = 'window' | 'offset' | 'slotShare';
type StateName = 'told' | 'count';

/**
 * Neuron that spikes at most once in the whole run of a network: layer after layer has a window of time, and the earlier
 * in its window a neuron fires, the more that is worth. Before its window a neuron integrates what the spikes of the window
 * before have started; within it its potential rises with slope 1 to a threshold in which its bias lies:
 * t_i = t_max − b_i − Σ_j w_ij·(t_max,before − t_j), so that t_max − t_i = ReLU(Σ_j w_ij·(t_max,before − t_j) + b_i), clipped to
 * the window. No spike is 0. Zero padding is silence, max-pooling the earliest spike, average pooling a smaller weight.
 *
 * What counts as T: step t is a run of its own, in which every window has t slots; a spike comes at the nearest slot, for
 * the threshold is lowered by half of one. So an evaluation with T steps tells what windows of 1…T slots give. The latency
 * of a run is its slots times the windows on the longest way through the network.
 *
 * Parameters, each a scalar or broadcastable to [N, …]: `window` L, the value of a spike at the start of the window, in
 * units of the activation; `offset` o, the value of silence, 0 but for inputs that can be negative; `slotShare` σ in (0, 1], the share of the
 * slots that the window of this layer has.
 *
 * Good for: the fewest spikes there can be, on layers of ReLU. Precision grows with the slots, and these are latency.
 *
 * Differs from the papers: time comes in slots, to the nearest of which spikes are rounded; the windows do not grow with what arrives, so that
 * values beyond them are clipped; inputs may have an offset; the exponential code is an option.
 */
export const spikeOnce = defineNeuron({
  name: 'spike-once',
  summary:
    'Spikes at most once in the whole run; the time of the spike in the window of its layer is the value.',
  equations: [
    'K = max(1, ⌊σ·t + 1/2⌋),  δ = L/K,  v = x̄(t) − o',
    's(t) = δ·clip(⌊v/δ + 1/2⌋, 0, K) (linear); clip(v, 0, L) (continuous)',
    's(t) = the nearest of L·2^(−k/s), k = 0…K−1, and 0 (exponential)',
    'decoded: s(t) + o;  slot of the spike, from the start of the window: K − s(t)/δ, or k',
  ].join('\n'),
  paper:
    'Stanojevic, Woźniak, Bellec, Cherubini, Pantazi, Gerstner: An Exact Mapping From ReLU Networks to Spiking Neural Networks, Neural Networks 2023, arXiv:2212.12522; Stanojevic, Woźniak, Bellec, Cherubini, Pantazi, Gerstner: High-performance deep spiking neural networks with 0.3 spikes per neuron, Nature Communications 2024, arXiv:2306.08744; Srivatsa, Chu, Amornpaisannon, Tavva, Miriyala, Wu, Zhang, Li, Carlson: You Only Spike Once: Improving Energy-Efficient Neuromorphic Inference to ANN-Level Accuracy, 2020, arXiv:2006.09982',
  attributes,
  parameters: ['window', 'offset', 'slotShare'],
  state: ['told', 'count'],
  spikeCount: 'count',
  coding: 'instant',
  timeline: 'slots',
  windowSlots: (t, { slotShare }) => slotsOf(t, slotShare),
  thresholds: {
    positive: 'window',
    toParameters: (window) => ({ window, offset: 0, slotShare: 1 }),
  },
  standsFor: fromActivationAttributes,
  functionName: ({ code, slotsPerOctave }) =>
    code === 'exponential'
      ? `SpikeOnce_exponential_${String(slotsPerOctave).replace('.', 'p')}`
      : `SpikeOnce_${code}`,
  levels: () => [1],
  step({ mean, t }, state, parameters, choices) {
    const told = toldOf(mean - parameters.offset, t, parameters, choices);
    state.told = told + parameters.offset;
    state.count = told > 0 ? 1 : 0;
    return told;
  },
  decode: (state) => state.told,
  levelOf: () => 0,
  lower: (build, values, choices) => {
    const told = lowerValue(build, values, choices);
    return outputsOf(build, values, told, told);
  },
  learning: {
    equations:
      'The value is rounded forwards; backwards it is clip(v, 0, L): slope 1 within the window, and of L where v ≥ L.',
    ranges: { window: { smallest: 1e-3 }, offset: unlimited },
    lower(build, values, tools, choices) {
      const { window, offset } = values.parameters;
      const value = build.op('Sub', [values.mean, offset]);
      const clipped = build.op('Min', [build.op('Relu', [value]), window]);
      const told = tools.couple(lowerValue(build, values, choices), clipped);
      return outputsOf(build, values, told, told);
    },
  },
});

/** Number of slots of a window when windows have `t` slots. */
function slotsOf(t: number, slotShare: number): number {
  return Math.max(1, Math.floor(slotShare * t + 0.5));
}

/** What the spike of a neuron tells that received v; 0: there is none. */
function toldOf(
  value: number,
  t: number,
  { window, slotShare }: Parameters<Parameter>,
  { code, slotsPerOctave }: SpikeOnceAttributes,
): number {
  if (code === 'continuous') return Math.min(Math.max(value, 0), window);
  const slots = slotsOf(t, slotShare);
  if (code === 'linear') {
    const slot = window / slots;
    return Math.min(Math.max(Math.floor(value / slot + 0.5), 0), slots) * slot;
  }
  const { worths, bounds, lastBounds } = exponentialCode(slotsPerOctave);
  const used = Math.min(slots, mostExponentialSlots);
  for (let k = 0; k < used; k++) {
    const bound = k + 1 < used ? bounds[k] : lastBounds[k];
    if (value >= window * (bound ?? 0)) return window * (worths[k] ?? 0);
  }
  return 0;
}

/** An exponential code in units of the window, from the first slot on. */
interface ExponentialCode {
  /** What a spike is worth. */
  readonly worths: readonly number[];
  /** From where on a value is nearer to it than to the next. */
  readonly bounds: readonly number[];
  /** The same for the last slot of a window, behind which is silence. */
  readonly lastBounds: readonly number[];
}

/** The exponential code of so many slots an octave. */
export function exponentialCode(slotsPerOctave: number): ExponentialCode {
  const worths = Array.from({ length: mostExponentialSlots + 1 }, (_, k) => 2 ** (-k / slotsPerOctave));
  const pairs = worths.slice(0, -1).map((worth, k) => [worth, worths[k + 1] ?? 0] as const);
  return {
    worths: worths.slice(0, -1),
    bounds: pairs.map(([worth, next]) => (worth + next) / 2),
    lastBounds: pairs.map(([worth]) => worth / 2),
  };
}

function lowerValue(
  build: GraphBuilder,
  { mean, t, parameters }: StepValues<Parameter, StateName>,
  { code, slotsPerOctave }: SpikeOnceAttributes,
): string {
  const { window, offset, slotShare } = parameters;
  const zero = build.scalar('zero', 0);
  const value = build.op('Sub', [mean, offset], {}, { name: 'value' });
  if (code === 'continuous') return build.op('Min', [build.op('Max', [value, zero]), window]);
  const half = build.scalar('half', 0.5);
  const rounded = build.op('Floor', [build.op('Add', [build.op('Mul', [slotShare, t]), half])]);
  const slots = build.op('Max', [rounded, build.scalar('one', 1)], {}, { name: 'slots' });
  if (code === 'exponential') return lowerExponential(build, value, window, slots, slotsPerOctave);
  const slot = build.op('Div', [window, slots], {}, { name: 'slot' });
  const number = build.op('Floor', [build.op('Add', [build.op('Div', [value, slot]), half])]);
  const kept = build.op('Min', [build.op('Max', [number, zero]), slots]);
  return build.op('Mul', [kept, slot], {}, { name: 'spike' });
}

/** From the last slot to the first, each takes the place of the later ones where the value reaches its bound. */
function lowerExponential(
  build: GraphBuilder,
  value: string,
  window: string,
  slots: string,
  slotsPerOctave: number,
): string {
  const { worths, bounds, lastBounds } = exponentialCode(slotsPerOctave);
  const most = build.scalar('most', mostExponentialSlots);
  const used = build.op('Min', [slots, most]);
  let told = build.op('Mul', [build.scalar('silent', 0), value]);
  for (let k = worths.length - 1; k >= 0; k--) {
    const constant = (name: string, number: number | undefined) => build.scalar(`${name}${k}`, number ?? 0);
    const hasNext = build.op('Less', [constant('next', k + 1), used]);
    const share = build.op('Where', [
      hasNext,
      constant('bound', bounds[k]),
      constant('lastBound', lastBounds[k]),
    ]);
    const below = build.op('Less', [value, build.op('Mul', [window, share])]);
    const beyond = build.op('Not', [build.op('Less', [constant('slot', k), used])]);
    const worth = build.op('Mul', [window, constant('worth', worths[k])]);
    told = build.op('Where', [build.op('Or', [below, beyond]), told, worth]);
  }
  return told;
}

function outputsOf(
  build: GraphBuilder,
  { parameters }: StepValues<Parameter, StateName>,
  told: string,
  spike: string,
): StepOutputs<StateName> {
  const decoded = build.op('Add', [told, parameters.offset], {}, { name: 'decoded' });
  const fires = build.op('Greater', [spike, build.scalar('silence', 0)]);
  const count = build.op('Cast', [fires], { to: 1 }, { name: 'count' });
  return { state: { told: decoded, count }, decoded, spike };
}
