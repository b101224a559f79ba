import type { Diagnosis } from '../diagnosis/diagnose-network.ts';
import type { SiteConversionErrors } from '../diagnosis/measure-conversion-errors.ts';
import { type Activity, addActivity } from '../engines/spike-statistics.ts';
import type { Model } from '../graph/model.ts';
import { sizeOf } from '../graph/shape.ts';
import { countFlips, type Flips } from '../metrics/flips.ts';
import { sourceMetrics, stepMetrics } from '../metrics/step-metrics.ts';
import type { BatchRecord } from '../results/run-record.ts';
import { measureShapes } from '../sessions/measure-shapes.ts';
import { sitesOf } from '../spiking/neuron-node.ts';
import { toSourceForm } from '../spiking/spiking-form.ts';
import type { EarlyExitResult } from './early-exit-result.ts';
import type { EnergyResult, StepEnergy } from './energy-result.ts';
import type { QuantisationPlan } from './plan-quantisation.ts';
import type { QuantisedResults } from './quantised-result.ts';
import type { SourceResult } from './source-result.ts';
import { summariseEnergy } from './summarise-energy.ts';
import { accuracy, earlyExitResults, quantisedResults } from './summarise-predictions.ts';
import type { SynapseResult } from './synapse-result.ts';

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
  /** What 8-bit synapses cost beside float32 ones; null for float32 synapses. */
  readonly synapses: SynapseResult | null;
  /** What the estimates of energy rest on; null for a network that does not spike. */
  readonly energy: EnergyResult | null;
  /** Images that stop by themselves, for a sweep of confidence thresholds; empty for a network that does not spike. */
  readonly earlyExit: readonly EarlyExitResult[];
  readonly sites: readonly SiteResult[];
  /** Causes of the error of rate-coded sites after the last step, on a few of the images; empty for other neurons. */
  readonly conversionErrors: readonly SiteConversionErrors[];
  /** Images that leave the source network's class. */
  readonly flips: Flips;
  /** Which site loses what, on a few of the images; null for a network that does not spike, or without images. */
  readonly diagnosis: Diagnosis | null;
}

/** What a run was told to do. */
export interface SummaryOptions {
  /** Time-steps; `undefined` for a network that does not spike. */
  readonly steps: number | undefined;
  /** The quantised networks that were evaluated, too. */
  readonly quantisation?: QuantisationPlan | undefined;
  /** A confidence threshold for early exits beside those of the sweep. */
  readonly exitConfidence?: number | undefined;
}

/** Computes the results of a run from its batches. */
export async function summarise(
  model: Model,
  batches: readonly BatchRecord[],
  { steps, quantisation, exitConfidence }: SummaryOptions,
): Promise<Omit<EvaluationResult, 'synapses' | 'conversionErrors' | 'diagnosis'>> {
  const predictions = batches.flatMap((batch) => batch.predictions);
  const activity = batches.map((batch) => batch.activity).reduce(addDefined, undefined);
  const images = predictions.length;
  const sites = steps !== undefined && activity ? await siteResults(model, activity, images) : [];
  const rates = meanRates(sites);
  const neurons = new Map(sites.map((site) => [site.name, site.neurons]));
  const energy =
    sites.length > 0
      ? await summariseEnergy(model, activity!, images, neurons, quantisation?.widths ?? [])
      : undefined;
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
      firingRate: rates[i]!,
      energy: energy!.steps[i]!,
    })),
    quantised: energy ? quantisedResults(predictions, quantisation, energy.quantised) : null,
    energy: energy?.result ?? null,
    earlyExit: energy ? earlyExitResults(predictions, energy.steps, exitConfidence) : [],
    sites,
    flips: countFlips(predictions),
  };
}

function addDefined(a: Activity | undefined, b: Activity | undefined): Activity | undefined {
  return a && b ? addActivity(a, b) : (a ?? b);
}

async function siteResults(model: Model, activity: Activity, images: number): Promise<SiteResult[]> {
  const placed = sitesOf(model);
  const shapes = await measureShapes(
    toSourceForm(model),
    placed.map(({ input }) => input),
  );
  return placed.map(({ name, neuron, input }) => {
    const neurons = sizeOf(shapes.get(input)!);
    const spikes = activity.spikes[name]!.slice(activity.hiddenSteps);
    return {
      name,
      neuron: neuron.name,
      neurons,
      firingRate: spikes.map((count) => count / (neurons * images)),
    };
  });
}

/** Mean over all neurons and the steps 1…t. */
function meanRates(sites: readonly SiteResult[]): number[] {
  const neurons = sites.reduce((sum, site) => sum + site.neurons, 0);
  let spikes = 0;
  return (sites[0]?.firingRate ?? []).map((_, t) => {
    spikes += sites.reduce((sum, site) => sum + site.firingRate[t]! * site.neurons, 0);
    return spikes / (neurons * (t + 1));
  });
}
