import { z } from 'zod';
import { accuracyFields, agreementFields, classAgreementFields, sourceSchema } from './accuracy-result.ts';
import { batchSchema } from './batch-record.ts';
import { diagnosisSchema, siteErrorsSchema } from './diagnosis-result.ts';
import { deviceEnergySchema, energySchema, stepEnergySchema } from './energy-result.ts';
import { fewBitResultSchema } from './few-bit-result.ts';
import { fineTuningResultSchema } from './fine-tuning-result.ts';
import { flipsSchema } from './flips.ts';
import { neurobenchSchema } from './neurobench-result.ts';
import { phaseSchema } from './phase.ts';
import { interval, list, numbers, share } from './schema-parts.ts';
import { seenImagesSchema } from './seen-images.ts';
import { synapseSchema } from './synapse-result.ts';
import { otherOutputsSchema, taskSchema } from './task-result.ts';
import { tokenSchema } from './token-result.ts';

const step = z.object({
  /** Time-step, counted from 1. */
  t: z.int(),
  ...accuracyFields,
  ...classAgreementFields,
  /** Spikes per neuron and time-step, mean over the steps 1…t; of neurons that spike once, spikes per neuron in the run with t slots. */
  firingRate: z.number(),
  /**
   * Slots that the run with t slots lasts, window after window; fewer than t·windows where windows are shortened. Absent for neurons that run in
   * steps, and in runs of earlier versions.
   */
  latency: z.int().optional(),
  /** Energy for one image after t steps; estimates. */
  energy: stepEnergySchema,
});

const quantisedNetwork = z.object({
  /** Time-steps t whose spikes carry these bits. */
  steps: numbers,
  /** Bits a site, smallest and largest: ⌈t·log₂(spike values)⌉, at least 2 and at most 8. */
  bits: interval,
  /** Whether spikes carry more than the 8 bits that were evaluated: at one site at least, after the last of these steps. */
  capped: z.boolean(),
  ...accuracyFields,
  ...classAgreementFields,
  /** Full estimate on `45nm-int8` at these bits; `ratio` is relative to the source network on the table's device. */
  energy: deviceEnergySchema,
});

const quantised = z.object({
  /** Where the clip ranges come from: `conversion` (calibration images) or `first batch` of the evaluation. */
  ranges: z.enum(['conversion', 'first batch']),
  networks: list(quantisedNetwork),
});

const earlyExit = z.object({
  /** Threshold on the largest softmax of the running-mean logits. */
  threshold: z.number(),
  /** Time-steps until the answer, mean over the images. */
  meanSteps: z.number(),
  /** Share of images that stop at each step 1…T. */
  exits: numbers,
  /** Share of images whose label is the answer; null without labels. */
  top1: share.nullable(),
  top1Interval: interval.nullable(),
  /** Share of images whose answer is the source network's best class. */
  ...agreementFields,
  /** Mean of the energy ratios at the steps where images stop; activity at a step is taken to be the same for all images. */
  energy: z.object({ ecmtRatio: z.number(), fullRatio: z.number() }),
});

const site = z.object({
  name: z.string(),
  neuron: z.string(),
  /** Number of neurons for one image. */
  neurons: z.int(),
  /** Spikes per neuron at each time-step. */
  firingRate: numbers,
});

/**
 * Schema of {@link EvaluationResult}: `result.json` of an evaluation. Shares are in [0, 1], intervals are 95 %, energies are
 * estimates. What runs of earlier versions do not say is filled in as not measured.
 */
export const evaluationSchema = z.object({
  images: z.int(),
  /** How good a network is that does not tell classes; absent for one that does. Then there is no accuracy, agreement, or early exit. */
  task: taskSchema.optional(),
  /** Tokens and what they cost; absent for a network that reads no text. */
  tokens: tokenSchema.optional(),
  /** The output that is measured, where it is not the only one. */
  output: z.string().optional(),
  /** How far the other outputs are from the source network's; absent where there are none. */
  otherOutputs: otherOutputsSchema.optional(),
  /** Steps before step 1 in which neurons calibrate themselves: latency beyond t, and billed with step 1. */
  hiddenSteps: z.int().default(0),
  /**
   * What became of averages from one sample to the next where the samples were a stream, in the order of the data, and the neurons went on from
   * each to the next; null where every sample was by itself. In a stream there is no early exit and no diagnosis.
   */
  stream: z.literal('restarted').nullable().default(null),
  /** Images that could not be read. */
  skipped: batchSchema.shape.skipped,
  /** Images that the network has met before, while it was made; null where it does not say. */
  seen: seenImagesSchema.nullable().default(null),
  /** Time of all sessions of the run in which images were evaluated. */
  seconds: z.number(),
  /** How long each phase took, in the session that finished the run. */
  phases: list(phaseSchema).default([]),
  /** The network without neurons; of a fine-tuned network with the tuned weights. */
  source: sourceSchema,
  /** How the network was trained with its neurons in place, and what its source and it reached then; null if it was not. */
  fineTuning: fineTuningResultSchema.nullable().default(null),
  /** How the network, or the one that the spiking network was converted from, was trained in few bits; null if it was not. */
  fewBits: fewBitResultSchema.nullable().default(null),
  steps: list(step),
  /** The source network in as many bits as the spikes carry; null if it was left out, or the network does not spike. */
  quantised: quantised.nullable().default(null),
  /** What the estimates of energy rest on; null for a network that does not spike. */
  energy: energySchema.nullable().default(null),
  /** Images that stop by themselves, for a sweep of confidence thresholds; empty for a network that does not spike. */
  earlyExit: list(earlyExit).default([]),
  /**
   * Windows that a run lasts, where neurons spike once and step t is a run of its own with t slots a window: its latency is
   * t·windows slots. Null for other neurons.
   */
  windows: z.int().nullable().default(null),
  sites: list(site),
  /** The metrics of NeuroBench; null for a network that does not spike, and in runs of earlier versions. */
  neurobench: neurobenchSchema.nullable().default(null),
  /** Images that leave the source network's class. */
  flips: flipsSchema.default({ images: 0, outcome: null, pairs: [] }),
  /** What 8-bit synapses cost beside float32 ones; null for float32 synapses. */
  synapses: synapseSchema.nullable().default(null),
  /** Causes of the error of rate-coded sites after the last step, on a few of the images; empty for other neurons. */
  conversionErrors: list(siteErrorsSchema).default([]),
  /** Which site loses what, on a few of the images; null for a network that does not spike, or without images. */
  diagnosis: diagnosisSchema.nullable().default(null),
});

/** Results after one time-step. */
export type StepResult = z.infer<typeof step>;

/** The source network with weights and activations in as many bits as the spikes carry; evaluated on the same images. */
export type QuantisedResult = z.infer<typeof quantisedNetwork>;

/** The equal-bit quantised source networks of a run. */
export type QuantisedResults = z.infer<typeof quantised>;

/** Results when every image stops at the first step whose confidence reaches a threshold. */
export type EarlyExitResult = z.infer<typeof earlyExit>;

/** Spikes of one site. */
export type SiteResult = z.infer<typeof site>;

/** Everything an evaluation found. */
export type EvaluationResult = z.infer<typeof evaluationSchema>;
