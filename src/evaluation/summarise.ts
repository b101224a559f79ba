import { addActivity } from '../engines/spike-statistics.ts';
import type { Model } from '../graph/model.ts';
import { sizeOf } from '../graph/shape.ts';
import { countFlips } from '../metrics/flips.ts';
import { sourceMetrics, stepMetrics } from '../metrics/step-metrics.ts';
import type { Activity } from '../results/activity.ts';
import type { BatchRecord } from '../results/batch-record.ts';
import type { EvaluationResult, SiteResult } from '../results/evaluation-result.ts';
import { measureShapes } from '../sessions/measure-shapes.ts';
import { sitesOf } from '../spiking/neuron-node.ts';
import { toSourceForm } from '../spiking/spiking-form.ts';
import type { QuantisationPlan } from './plan-quantisation.ts';
import { summariseEnergy } from './summarise-energy.ts';
import { accuracy, earlyExitResults, quantisedResults } from './summarise-predictions.ts';

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
    placed.map(({ value }) => value),
  );
  return placed.map(({ name, neuron, value }) => {
    const neurons = sizeOf(shapes.get(value)!);
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
