import { neurobench } from '../../energy/neurobench.ts';
import { summariseEnergy } from '../../energy/summarise-energy.ts';
import { sizeOf } from '../../graph/shape.ts';
import { mustExist } from '../../look-up.ts';
import type { QuantisationPlan } from '../../quantisation/plan-quantisation.ts';
import type { Activity } from '../../results/activity.ts';
import type { ImageRecord } from '../../results/batch-record.ts';
import type { EvaluationResult, SiteResult } from '../../results/evaluation-result.ts';
import type { ComparedNetwork, MeasuredSite } from '../../sessions/compared-network.ts';
import type { TaskName } from '../../tasks/tasks.ts';
import { earlyExitResults, quantisedResults, stepQuality } from './summarise-predictions.ts';

/** What an evaluation of a spiking network was told to do. */
export interface SpikeSummaryOptions {
  /** What the network is for. */
  readonly task: TaskName;
  /** The quantised networks that were evaluated, too. */
  readonly quantisation?: QuantisationPlan | undefined;
  /** A confidence threshold for early exits beside those of the sweep. */
  readonly exitConfidence?: number | undefined;
}

/** The part of a result that is about spikes. */
export type SpikeSummary = Pick<
  EvaluationResult,
  'hiddenSteps' | 'steps' | 'quantised' | 'energy' | 'earlyExit' | 'sites' | 'neurobench'
>;

/** The summary where nothing spiked: of a network that does not spike, or without images. */
export const nothingSpiked: SpikeSummary = {
  hiddenSteps: 0,
  steps: [],
  quantised: null,
  energy: null,
  earlyExit: [],
  sites: [],
  neurobench: null,
};

/**
 * Computes what the spikes of a run say.
 *
 * @param activity spikes, summed over the images of the predictions
 */
export function summariseSpikes(
  network: ComparedNetwork,
  predictions: readonly ImageRecord[],
  activity: Activity,
  { task, quantisation, exitConfidence }: SpikeSummaryOptions,
): SpikeSummary {
  const images = predictions.length;
  const sites = network.sites.map((site) => siteResult(site, activity, images));
  const energy = summariseEnergy(network, activity, images, quantisation);
  const rates = meanRates(sites);
  return {
    hiddenSteps: activity.hiddenSteps,
    steps: stepQuality(predictions, task).map((quality, i) => ({
      t: i + 1,
      ...quality,
      firingRate: rates[i]!,
      energy: energy.steps[i]!,
    })),
    quantised: quantisedResults(predictions, quantisation, energy.quantised, task),
    energy: energy.result,
    earlyExit: earlyExitResults(predictions, energy.steps, exitConfidence),
    sites,
    neurobench: neurobench(network, activity, images),
  };
}

function siteResult({ name, neuron, shape }: MeasuredSite, activity: Activity, images: number): SiteResult {
  const neurons = sizeOf(shape);
  const spikes = mustExist(activity.spikes[name], `spikes of site '${name}'`);
  const firingRate = spikes.slice(activity.hiddenSteps).map((count) => count / (neurons * images));
  return { name, neuron: neuron.name, neurons, firingRate };
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
