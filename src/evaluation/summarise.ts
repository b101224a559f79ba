import type { SiteErrors } from '../conversion/measure-conversion-errors.ts';
import type { Diagnosis } from '../diagnosis/diagnose-network.ts';
import { ecmtRatio, operatorActivities } from '../energy/ecmt-ratio.ts';
import { operatorCosts } from '../energy/operator-costs.ts';
import type { Model } from '../graph/model.ts';
import { countFlips, type Flips } from '../metrics/flips.ts';
import type { Proportion } from '../metrics/proportion.ts';
import { type SourceMetrics, sourceMetrics, stepMetrics } from '../metrics/step-metrics.ts';
import { sitesOf } from '../neurons/neuron-node.ts';
import { siteCarrying } from '../neurons/site-carrying.ts';
import { toSourceForm } from '../neurons/spiking-form.ts';
import { measureShapes } from '../runtime/measure-shapes.ts';
import { type Activity, addActivity } from '../runtime/spike-statistics.ts';
import type { EnergyResult, StepEnergy } from './energy-result.ts';
import type { QuantisedResults } from './quantised-result.ts';
import type { BatchRecord } from './run-record.ts';
import type { SourceResult } from './source-result.ts';

/** Results after one time-step. */
export interface StepResult extends SourceResult {
  /** Time-step, counted from 1. */
  readonly t: number;
  /** Share of images with the source network's best class. */
  readonly agreement: number;
  readonly agreementInterval: readonly [number, number];
  /** Spikes per neuron and time-step, mean over the steps 1…t. */
  readonly firingRate: number;
  /** Energy for one image after t steps; estimates. */
  readonly energy: StepEnergy;
}

/** Spikes of one site. */
export interface SiteResult {
  readonly name: string;
  readonly neuron: string;
  /** Number of neurons for one image. */
  readonly neurons: number;
  /** Spikes per neuron at each time-step. */
  readonly firingRate: readonly number[];
}

/** Results when every image stops at the first step whose confidence reaches a threshold. */
export interface EarlyExitResult {
  /** Threshold on the largest softmax of the running-mean logits. */
  readonly threshold: number;
  /** Time-steps until the answer, mean over the images. */
  readonly meanSteps: number;
  /** Share of images that stop at each step 1…T. */
  readonly exits: readonly number[];
  readonly top1: number | null;
  readonly top1Interval: readonly [number, number] | null;
  readonly agreement: number;
  readonly agreementInterval: readonly [number, number];
  /** Mean of the energy ratios at the steps where images stop; activity at a step is taken to be the same for all images. */
  readonly energy: { readonly ecmtRatio: number; readonly fullRatio: number };
}

/** Everything an evaluation found. */
export interface EvaluationResult {
  readonly images: number;
  /** Images that could not be read. */
  readonly skipped: readonly { readonly id: string; readonly reason: string }[];
  /** Steps before step 1 in which neurons calibrate themselves: latency beyond t, and billed with step 1. */
  readonly hiddenSteps: number;
  /** Time of all sessions of the run. */
  readonly seconds: number;
  readonly source: SourceResult;
  readonly steps: readonly StepResult[];
  /** The source network in as many bits as the spikes carry; null if it was left out, or the network does not spike. */
  readonly quantised: QuantisedResults | null;
  /** What the estimates of energy rest on; null for a network that does not spike. */
  readonly energy: EnergyResult | null;
  /** Images that stop by themselves, for a sweep of confidence thresholds; empty for a network that does not spike. */
  readonly earlyExit: readonly EarlyExitResult[];
  readonly sites: readonly SiteResult[];
  /** Causes of the error of rate-coded sites after the last step, on a few of the images; empty for other neurons. */
  readonly conversionErrors: readonly SiteErrors[];
  /** Images that leave the source network's class. */
  readonly flips: Flips;
  /** Which site loses what, on a few of the images; null for a network that does not spike, or without images. */
  readonly diagnosis: Diagnosis | null;
}

/** Computes the results of a run from its batches. */
export async function summarise(
  model: Model,
  batches: readonly BatchRecord[],
  steps: number | undefined,
): Promise<Omit<EvaluationResult, 'conversionErrors' | 'diagnosis'>> {
  const predictions = batches.flatMap((batch) => batch.predictions);
  const activity = batches.map((batch) => batch.activity).reduce(addDefined, undefined);
  const images = predictions.length;
  const spiking = steps !== undefined && activity ? await spikingResults(model, activity, images) : undefined;
  return {
    images,
    hiddenSteps: activity?.hiddenSteps ?? 0,
    skipped: batches.flatMap(({ skipped }) => skipped),
    seconds: batches.reduce((sum, { seconds }) => sum + seconds, 0),
    source: accuracy(sourceMetrics(predictions)),
    steps: stepMetrics(predictions).map((metrics, i) => ({
      t: metrics.t,
      ...accuracy(metrics),
      agreement: metrics.agreement.value,
      agreementInterval: metrics.agreement.interval,
      firingRate: spiking!.firingRate[i]!,
      energy: { ecmtRatio: spiking!.ecmtRatio[i]!, full: [], quantisedRatio: null },
    })),
    quantised: null,
    energy: null,
    earlyExit: [],
    sites: spiking?.sites ?? [],
    flips: countFlips(predictions),
  };
}

function addDefined(a: Activity | undefined, b: Activity | undefined): Activity | undefined {
  return a && b ? addActivity(a, b) : (a ?? b);
}

function accuracy({ top1, top5 }: SourceMetrics): SourceResult {
  const flat = (proportion: Proportion | undefined) =>
    [proportion?.value ?? null, proportion?.interval ?? null] as const;
  const [[best, bestInterval], [five, fiveInterval]] = [flat(top1), flat(top5)];
  return { top1: best, top1Interval: bestInterval, top5: five, top5Interval: fiveInterval };
}

async function spikingResults(model: Model, activity: Activity, images: number) {
  const source = toSourceForm(model);
  const costs = await operatorCosts(source);
  const placed = sitesOf(model);
  const shapes = await measureShapes(
    source,
    placed.map(({ input }) => input),
  );
  const sites = placed.map(({ name, neuron, input }) => {
    const neurons = shapes.get(input)!.reduce((a, b) => a * b, 1);
    return {
      name,
      neuron: neuron.name,
      neurons,
      firingRate: activity.spikes[name]!.slice(activity.hiddenSteps).map(
        (count) => count / (neurons * images),
      ),
    };
  });
  return {
    sites,
    firingRate: meanRates(sites),
    ecmtRatio: ecmtRatio(
      operatorActivities(costs, activity, siteCarrying(model), images),
      activity.hiddenSteps,
    ),
  };
}

/** Mean over all neurons and the steps 1…t. */
function meanRates(sites: readonly SiteResult[]): number[] {
  const neurons = sites.reduce((sum, site) => sum + site.neurons, 0);
  let spikes = 0;
  return sites[0]!.firingRate.map((_, t) => {
    spikes += sites.reduce((sum, site) => sum + site.firingRate[t]! * site.neurons, 0);
    return spikes / (neurons * (t + 1));
  });
}
