import type { SpikeSite } from '../analysis/spike-sites.ts';
import type { Graph } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import { sizeOf } from '../graph/shape.ts';
import { lookUp } from '../look-up.ts';
import type { Activity } from '../results/activity.ts';
import type { MeasuredSource } from '../sessions/measure-source.ts';
import { spikingNetwork } from '../spiking/network-kind.ts';
import { timelineOf } from '../spiking/timeline.ts';
import { type Operations, operationsOf } from './count-operations.ts';
import { devices } from './devices/devices.ts';
import { ecmtRatio, type OperatorActivity, operatorActivities } from './ecmt-ratio.ts';
import { totalEnergy } from './energy-breakdown.ts';
import { fullEstimate } from './full-estimate.ts';
import { ofEachRun } from './single-runs.ts';
import { siteCarrying } from './site-carrying.ts';
import { sourceEstimate } from './source-estimate.ts';
import { spikingLoad } from './spiking-load.ts';

/** Device of the full estimate in {@link RelativeEnergy}. */
export const referenceDevice = devices[0];

/** What many spiking networks that are made of one source network are compared with; measured once. */
export interface SourceEnergy {
  readonly graph: Graph;
  readonly operations: Operations;
  /** Number of neurons for one image by site. */
  readonly neurons: ReadonlyMap<string, number>;
  /** Full estimate on {@link referenceDevice}. */
  readonly nanojoules: number;
}

/** Energy of a spiking network relative to its source, by step 1…T; estimates. */
export interface RelativeEnergy {
  /** Synaptic operations, summed over the images. */
  readonly operators: readonly OperatorActivity[];
  /** (a) ECMT's ratio. */
  readonly ecmtRatios: readonly number[];
  /** (b) Full estimate on {@link referenceDevice}. */
  readonly fullRatios: readonly number[];
}

/** What a network that does not spike costs. @param sites where spiking networks made of it have neurons */
export function sourceEnergy(source: MeasuredSource, sites: readonly SpikeSite[]): SourceEnergy {
  const operations = operationsOf(source);
  const neuronsOf = (value: string) => sizeOf(lookUp(source.shapes, value, 'shape of value'));
  return {
    graph: source.model.graph,
    operations,
    neurons: new Map(sites.map(({ name, value }) => [name, neuronsOf(value)])),
    nanojoules: totalEnergy(sourceEstimate(operations, referenceDevice)),
  };
}

/**
 * Compares the energy of a spiking network with that of its source.
 *
 * @param activity spikes, summed over `images`
 */
export function relativeEnergy(
  source: SourceEnergy,
  model: Model,
  activity: Activity,
  images: number,
): RelativeEnergy {
  const { synaptic } = source.operations;
  const spiking = spikingNetwork(model);
  const timeline = timelineOf(spiking.sites);
  const operatorsOf = (each: Activity) =>
    operatorActivities(synaptic, each, siteCarrying(spiking.sites), images);
  return {
    operators: operatorsOf(activity),
    ecmtRatios: ofEachRun(timeline, activity, (each) => ecmtRatio(operatorsOf(each), each.hiddenSteps)),
    fullRatios: ofEachRun(timeline, activity, (each) => {
      const load = spikingLoad(spiking, source, each, images, source.neurons);
      return fullEstimate(load, referenceDevice).map((after) => totalEnergy(after) / source.nanojoules);
    }),
  };
}
