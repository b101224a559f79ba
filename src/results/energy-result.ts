import { z } from 'zod';
import { list, numbers, share } from './schema-parts.ts';

/** What a full estimate charges, each on its own, in nanojoules an image. */
const breakdown = z.object({
  /** Additions (with a shift or a multiplication where spikes are graded), or multiply-accumulations, of operators between the first one and the head. */
  synapses: z.number(),
  /** Words fetched for those operations: weights, and what the other operand of a product has accumulated. */
  weights: z.number(),
  /** Arithmetic and weights of operators that read the image itself. */
  firstLayer: z.number(),
  /** Arithmetic and weights of the classifier head. */
  head: z.number(),
  /** Normalisation, softmax, activation functions, residual sums, pooling, and the bookkeeping that makes them work on increments. */
  nonSynaptic: z.number(),
  /** Arithmetic of the neurons: integrate, compare, reset. */
  neurons: z.number(),
  /** Reading and writing membrane potentials and what stateful operators have accumulated. */
  state: z.number(),
  /** Moving spikes, or activations where there are no spikes. */
  transfer: z.number(),
});

/** Energy of one network for one image on one device; an estimate. */
export const deviceEnergySchema = z.object({
  /** Name of the device. */
  device: z.string(),
  /** Nanojoules an image, the sum of the breakdown. For a spiking network over the steps 1…t and the hidden ones. */
  nanojoules: z.number(),
  /** Relative to the source network on the same device. */
  ratio: z.number(),
  breakdown,
  /** Realisation of a spiking network that this is the energy of; null for other networks, and in runs older than the two. */
  realisation: z.string().nullable().default(null),
});

/** Schema of {@link StepEnergy}. */
export const stepEnergySchema = z.object({
  /** (a) ECMT's ratio: every spike one addition, nothing else is charged. */
  ecmtRatio: z.number(),
  /** (b) Full estimate on every device for a run of exactly t steps, in the realisation that costs least there. */
  full: list(deviceEnergySchema).default([]),
  /** The same in every realisation, by device. */
  realisations: list(deviceEnergySchema).default([]),
  /** (b) on the first device of a run that may stop at any step, as early exits do; null in older runs. */
  anytimeRatio: z.number().nullable().default(null),
  /** (c) Full estimate relative to the equal-bit quantised source network, both on `45nm-int8`; null if that was skipped. */
  quantisedRatio: z.number().nullable().default(null),
});

/**
 * The energy of one event.
 * `published`: as the source has it. `derived`: computed from published figures as the source says.
 * `substitute`: nothing is published; another figure stands in for it.
 */
const deviceFigure = z.object({
  picojoules: z.number(),
  status: z.enum(['published', 'derived', 'substitute']),
  /** Authors, year, where; for other than published figures also how, and from what. */
  source: z.string(),
});

const device = z.object({
  name: z.string(),
  title: z.string(),
  /** What its figures are, and what they leave out. */
  summary: z.string().default(''),
  /** Figures in picojoules with their sources. */
  figures: z.record(z.string(), deviceFigure),
});

const payingSteps = z.object({
  device: z.string(),
  /** Largest t with a ratio below 1; 0 for none. */
  steps: z.int(),
  /** Whether t is the last step that was evaluated, so that more steps might pay too. */
  atLeast: z.boolean(),
});

const breakEven = z.object({
  operator: z.string(),
  /** Site that feeds it; of a product the first one. */
  site: z.string(),
  /** Spikes per neuron and step, mean over the steps 1…t and the hidden ones (and over both sites of a product). */
  rates: numbers,
  /**
   * Rate at which the operator costs as much as in the source network: 1 where it costs less at any rate, null where it
   * costs more without a spike.
   */
  breakEvenRates: list(z.number().nullable()),
});

/**
 * How an operator works in the spiking network. `spike`: additions that single spikes trigger. `analog`: every step
 * works on numbers, as in the source network. `stateful`: works on increments, but needs what has been accumulated, as
 * products and non-linear functions do under Expectation Compensation.
 */
const operatorLabel = z.enum(['spike', 'analog', 'stateful']);

const labelledOperator = z.object({
  name: z.string(),
  opType: z.string(),
  label: operatorLabel,
  /** Operations for one image in the source network: multiply-accumulations, or additions and multiplications. */
  operations: z.number(),
});

/** Schema of {@link EnergyResult}. */
export const energySchema = z.object({
  /** Device of the table and of break-even rates. */
  device: z.string(),
  devices: list(device),
  /**
   * Version of the rules by which energy is counted. 1: every step of a run reads and writes what is kept from step to step.
   * 2: a run has exactly t steps, in the realisation that costs least.
   */
  accounting: z.int().default(1),
  /** What the estimates take for granted, one sentence each. */
  assumptions: list(z.string()),
  /** The source network on every device; its ratio is 1. */
  source: list(deviceEnergySchema),
  pays: list(payingSteps),
  /** Break-even firing rates on `device`. */
  breakEven: list(breakEven),
  /** Operations of operators with label `spike` / operations of all, in [0, 1]. */
  spikeDrivenShare: share,
  operators: list(labelledOperator),
});

/** What a full estimate charges, each on its own, in nanojoules an image. */
export type EnergyBreakdown = z.infer<typeof breakdown>;

/** Energy of one network for one image on one device; an estimate. */
export type DeviceEnergy = z.infer<typeof deviceEnergySchema>;

/** Energy of the spiking network after one time-step; estimates. */
export type StepEnergy = z.infer<typeof stepEnergySchema>;

/** The energy of one event, and where the figure comes from. */
export type DeviceFigure = z.infer<typeof deviceFigure>;

/** A device as the estimates used it. */
export type DeviceResult = z.infer<typeof device>;

/** Up to which step the spiking network costs less than its source. */
export type PayingSteps = z.infer<typeof payingSteps>;

/** Firing rates of one operator after each step, and those at which it would cost what the source network's costs. */
export type BreakEven = z.infer<typeof breakEven>;

/** How an operator works in the spiking network: `spike`, `analog` or `stateful`. */
export type OperatorLabel = z.infer<typeof operatorLabel>;

/** An operator of the source network with its label in the spiking one. */
export type LabelledOperator = z.infer<typeof labelledOperator>;

/** What the whole run says about energy. */
export type EnergyResult = z.infer<typeof energySchema>;
