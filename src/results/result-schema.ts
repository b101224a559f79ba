import { z } from 'zod';

const share = z.number().min(0).max(1);
const interval = z.tuple([z.number(), z.number()]).readonly();
const perStep = z.array(z.number()).readonly();

/** Accuracy of a network on the images of the run; null without labels. */
const accuracy = {
  top1: share.nullable(),
  top1Interval: interval.nullable(),
  top5: share.nullable(),
  top5Interval: interval.nullable(),
};

const agreement = { agreement: share, agreementInterval: interval };

const deviceEnergy = z.object({
  device: z.string(),
  nanojoules: z.number(),
  ratio: z.number(),
  breakdown: z.record(z.string(), z.number()),
});

const histogram = z.object({ edges: perStep, shares: perStep });

/** What a run says about one time-step. */
const step = z.object({
  t: z.int(),
  ...accuracy,
  ...agreement,
  firingRate: z.number(),
  energy: z.object({
    ecmtRatio: z.number(),
    full: z.array(deviceEnergy).default([]),
    quantisedRatio: z.number().nullable().default(null),
  }),
});

const quantised = z.object({
  ranges: z.string(),
  networks: z.array(
    z.object({
      steps: perStep,
      bits: interval,
      capped: z.boolean(),
      ...accuracy,
      ...agreement,
      energy: deviceEnergy,
    }),
  ),
});

const energy = z.object({
  device: z.string(),
  devices: z.array(
    z.object({
      name: z.string(),
      title: z.string(),
      summary: z.string().default(''),
      figures: z.record(
        z.string(),
        z.object({ picojoules: z.number(), status: z.string(), source: z.string() }),
      ),
    }),
  ),
  assumptions: z.array(z.string()),
  source: z.array(deviceEnergy),
  pays: z.array(z.object({ device: z.string(), steps: z.int(), atLeast: z.boolean() })),
  breakEven: z.array(
    z.object({
      operator: z.string(),
      site: z.string(),
      rates: perStep,
      breakEvenRates: z.array(z.number().nullable()),
    }),
  ),
  spikeDrivenShare: share,
  operators: z.array(
    z.object({ name: z.string(), opType: z.string(), label: z.string(), operations: z.number() }),
  ),
});

const earlyExit = z.object({
  threshold: z.number(),
  meanSteps: z.number(),
  exits: perStep,
  top1: share.nullable(),
  top1Interval: interval.nullable(),
  ...agreement,
  energy: z.object({ ecmtRatio: z.number(), fullRatio: z.number() }),
});

const flips = z.object({
  images: z.int(),
  outcome: z.object({ lost: z.int(), won: z.int(), neither: z.int() }).nullable(),
  pairs: z.array(z.object({ source: z.int(), spiking: z.int(), images: z.int() })),
});

const diagnosis = z.object({
  images: z.int(),
  steps: z.int(),
  sites: z.array(
    z.object({
      name: z.string(),
      neuron: z.string(),
      error: z.object({ total: z.number(), own: z.number(), inherited: z.number() }),
      saturated: share,
      dead: share,
      silentSignal: share,
      outliers: z
        .object({
          channels: z.int(),
          count: z.int(),
          largest: z.array(z.object({ channel: z.int(), ratio: z.number() })),
        })
        .nullable(),
      logitError: z.number().optional(),
    }),
  ),
  findings: z.array(z.object({ kind: z.string(), sites: z.array(z.string()), text: z.string() })),
});

/** What 8-bit synapses cost beside float32 ones. */
const synapses = z.object({
  operators: z.int(),
  allOperators: z.int(),
  inFloat: z.array(z.object({ site: z.string(), reason: z.string() })),
  images: z.int(),
  steps: z.array(
    z.object({
      t: z.int(),
      ...agreement,
      top1: share.nullable(),
      float32Top1: share.nullable(),
      lost: z.int().nullable(),
      won: z.int().nullable(),
    }),
  ),
});

/** `result.json` of an evaluation. Shares are in [0, 1], intervals are 95 %, energies are estimates. */
export const evaluationSchema = z.object({
  images: z.int(),
  skipped: z.array(z.object({ id: z.string(), reason: z.string() })),
  hiddenSteps: z.int().default(0),
  seconds: z.number(),
  source: z.object(accuracy),
  steps: z.array(step),
  quantised: quantised.nullable().default(null),
  synapses: synapses.nullable().default(null),
  energy: energy.nullable().default(null),
  earlyExit: z.array(earlyExit).default([]),
  sites: z.array(z.object({ name: z.string(), neuron: z.string(), neurons: z.int(), firingRate: perStep })),
  conversionErrors: z.array(z.object({ site: z.string() }).catchall(z.number())).default([]),
  flips: flips.default({ images: 0, outcome: null, pairs: [] }),
  diagnosis: diagnosis.nullable().default(null),
});

/** `traces.json`: spikes of one image and histograms over a few. */
export const tracesSchema = z.object({
  image: z.string(),
  images: z.int(),
  steps: z.int(),
  sites: z.array(
    z.object({
      name: z.string(),
      neurons: perStep,
      spikes: z.array(perStep),
      levels: perStep,
      activations: histogram,
      potentials: histogram.nullable(),
    }),
  ),
});

/** One point of accuracy against energy, as `frontier.json` and comparisons have it. */
export const frontierPointSchema = z.object({
  method: z.string(),
  T: z.int(),
  accuracy: share.nullable(),
  agreement: share,
  ecmtRatio: z.number(),
  fullRatio: z.number().nullable().optional(),
});

/** T, (a) ECMT's ratio and (b) the full estimate, a ratio to the source network, at one end of a paying range. */
const payingPoint = z.object({ T: z.int(), ecmtRatio: z.number(), fullRatio: z.number() });

/** Up to which energy by ECMT's count spiking costs less than the source network by the full estimate. */
const payingRange = z.object({
  /** Device of the full estimate. */
  device: z.string(),
  /** The dearest point by ECMT's count that pays; null where none does. */
  last: payingPoint.nullable(),
  /** The next one, from which on none pays; null where the dearest of all pays. */
  stops: payingPoint.nullable(),
});

/** `frontier.json` of a tuning run. */
export const frontierSchema = z.object({
  /** Top-1 of the source network on the same images; null without labels. */
  source: share.nullable().default(null),
  /** Images that the points were measured on. */
  images: z.int().nonnegative().nullable().default(null),
  /** Null where the full estimate of no point is known. */
  pays: payingRange.nullable().default(null),
  points: z.array(frontierPointSchema),
});

/** `result.json` of a comparison: evaluations on the same images with the same calibration. */
export const comparisonSchema = z.object({
  kind: z.literal('comparison'),
  entries: z.array(
    z.object({
      /** Method and preset, or the name of a file. */
      name: z.string(),
      /** Folder of its own run, relative to this one. */
      folder: z.string(),
      result: evaluationSchema,
    }),
  ),
});

/** `environment.json`: where a run took place, and what is needed to read its numbers. */
export const environmentSchema = z.object({
  transpike: z.string(),
  node: z.string(),
  onnxruntime: z.string(),
  platform: z.string(),
  processor: z.string(),
  cores: z.int(),
  command: z.string(),
  finished: z.string(),
  /** Name of the network. */
  network: z.string(),
  /** How the spiking network came about. */
  conversion: z
    .object({ method: z.string(), preset: z.string(), steps: z.int(), calibration: z.string() })
    .optional(),
  /** Names of the classes by number, where the data tell them. */
  classes: z.array(z.string()).optional(),
});

export type Evaluation = z.infer<typeof evaluationSchema>;
export type RunTrace = z.infer<typeof tracesSchema>;
export type Comparison = z.infer<typeof comparisonSchema>;
export type Environment = z.infer<typeof environmentSchema>;
export type PayingRange = z.infer<typeof payingRange>;
export type FrontierPoint = z.infer<typeof frontierPointSchema>;
