import { neurobench } from '../../energy/neurobench.ts';
import { summariseEnergy } from '../../energy/summarise-energy.ts';
import { RuntimeError } from '../../errors.ts';
import { sizeOf } from '../../graph/shape.ts';
import { mustExist } from '../../look-up.ts';
import type { QuantisationPlan } from '../../quantisation/plan-quantisation.ts';
import type { Activity } from '../../results/activity.ts';
import type { ImageRecord } from '../../results/batch-record.ts';
import type { EvaluationResult, SiteResult } from '../../results/evaluation-result.ts';
import type { ComparedNetwork, MeasuredSite } from '../../sessions/compared-network.ts';
import { latencyOf, timelineOf, windowsOf } from '../../spiking/timeline.ts';
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
  /** Whether the samples were a stream. */
  readonly stream?: boolean | undefined;
}

/** The part of a result that is about spikes. */
export type SpikeSummary = Pick<
  EvaluationResult,
  | 'hiddenSteps'
  | 'stream'
  | 'steps'
  | 'quantised'
  | 'energy'
  | 'earlyExit'
  | 'windows'
  | 'sites'
  | 'neurobench'
>;

/** The summary where nothing spiked: of a network that does not spike, or without images. */
export const nothingSpiked: SpikeSummary = {
  hiddenSteps: 0,
  stream: null,
  steps: [],
  quantised: null,
  energy: null,
  earlyExit: [],
  windows: null,
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
  { task, quantisation, exitConfidence, stream = false }: SpikeSummaryOptions,
): SpikeSummary {
  const images = predictions.length;
  const sites = network.sites.map((site) => siteResult(site, activity, images));
  const energy = summariseEnergy(network, activity, images, quantisation);
  const timeline = timelineOf(network.sites);
  const rates = timeline === 'slots' ? spikesPerNeuron(sites) : meanRates(sites);
  return {
    hiddenSteps: activity.hiddenSteps,
    stream: stream ? 'restarted' : null,
    steps: stepQuality(predictions, task).map((quality, i) => ({
      t: i + 1,
      ...quality,
      firingRate: rates[i]!,
      energy: energy.steps[i]!,
      ...(timeline === 'slots' && { latency: latencyOf(network.model.graph, network.sites, i + 1) }),
    })),
    quantised: quantisedResults(predictions, quantisation, energy.quantised, task),
    energy: energy.result,
    // A run of more slots does not go on from one of fewer, and the next sample of a stream not from one that was stopped.
    earlyExit:
      stream || timeline === 'slots' ? [] : earlyExitResults(predictions, energy.steps, exitConfidence),
    windows: timeline === 'slots' ? windowsOf(network.model.graph, network.sites) : null,
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

/** Spikes of a neuron in each run of slots, mean over all neurons. @throws RuntimeError where a neuron has spiked more than once */
function spikesPerNeuron(sites: readonly SiteResult[]): number[] {
  const neurons = sites.reduce((sum, site) => sum + site.neurons, 0);
  return (sites[0]?.firingRate ?? []).map((_, t) =>
    sites.reduce((sum, { name, firingRate, neurons: own }) => {
      const rate = firingRate[t] ?? 0;
      if (rate <= 1) return sum + (rate * own) / neurons;
      throw new RuntimeError({
        where: `site '${name}', run with ${t + 1} slots`,
        expected: 'at most one spike a neuron',
        got: `${rate.toFixed(3)}`,
        remedy: 'This is a mistake of the program: report it with the model',
      });
    }, 0),
  );
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
