import { sizeOf } from '../graph/shape.ts';
import { mustExist } from '../look-up.ts';
import type { QuantisationPlan } from '../quantisation/plan-quantisation.ts';
import { operatorBits } from '../quantisation/quantise-source.ts';
import type { Activity } from '../results/activity.ts';
import type {
  DeviceEnergy,
  DeviceResult,
  EnergyBreakdown,
  EnergyResult,
  PayingSteps,
  StepEnergy,
} from '../results/energy-result.ts';
import type { ComparedNetwork } from '../sessions/compared-network.ts';
import { timelineOf } from '../spiking/timeline.ts';
import { breakEven } from './break-even.ts';
import { type Operations, operationsOf } from './count-operations.ts';
import type { Device } from './define-device.ts';
import { int8In45nm } from './devices/45nm-int8.ts';
import { devices } from './devices/devices.ts';
import { ecmtRatio, operatorActivities } from './ecmt-ratio.ts';
import { totalEnergy } from './energy-breakdown.ts';
import { accounting, assumptions, fullEstimate, leastOf, realisedEstimate } from './full-estimate.ts';
import { spikeDrivenShare } from './operator-labels.ts';
import { realisations } from './realisations/realisations.ts';
import { ofEachRun } from './single-runs.ts';
import { siteCarrying } from './site-carrying.ts';
import { quantisedEstimate, sourceEstimate } from './source-estimate.ts';
import { type SpikingLoad, spikingLoad } from './spiking-load.ts';

/** Energy of a run: of the spiking network at each step, of the quantised ones, and what the figures rest on. */
export interface EnergySummary {
  readonly steps: readonly StepEnergy[];
  /** In the order of the widths. */
  readonly quantised: readonly DeviceEnergy[];
  readonly result: EnergyResult;
}

/**
 * Computes all figures of energy from the spikes of a run, or of the runs of 1…T slots of neurons that spike once.
 *
 * @param activity spikes, summed over `images`
 * @param quantisation the quantised networks that were evaluated
 */
export function summariseEnergy(
  network: ComparedNetwork,
  activity: Activity,
  images: number,
  quantisation: QuantisationPlan | undefined,
): EnergySummary {
  const timeline = timelineOf(network.sites);
  const summaryOf = (each: Activity) => energyOfRun(network, each, images, quantisation);
  if (timeline === 'steps') return summaryOf(activity);
  const runs = ofEachRun(timeline, activity, (each) => [summaryOf(each)]);
  const { quantised, result } = mustExist(runs.at(-1), 'the run with the most slots');
  const steps = runs.flatMap((run) => run.steps.at(-1) ?? []);
  const pays = devices.map((_, d) => payingSteps(steps.flatMap(({ full }) => full[d] ?? [])));
  // At which rate a run of some slots would break even follows from no run of fewer.
  return { steps, quantised, result: { ...result, pays, breakEven: [] } };
}

/**
 * Computes all figures of energy from the spikes of one run.
 *
 * @param activity spikes, summed over `images`
 * @param quantisation the quantised networks that were evaluated
 */
function energyOfRun(
  network: ComparedNetwork,
  activity: Activity,
  images: number,
  quantisation: QuantisationPlan | undefined,
): EnergySummary {
  const operations = operationsOf(network.source);
  const neurons = new Map(network.sites.map(({ name, shape }) => [name, sizeOf(shape)]));
  const { graph } = network.source.model;
  const load = spikingLoad(network, { graph, operations }, activity, images, neurons);
  const sources = devices.map((device) => deviceEnergy(device, sourceEstimate(operations, device)));
  const realised = devices.map((device, d) => estimatesOf(load, device, sources[d]!.nanojoules));
  const spiking = realised.map((steps) => steps.map((each) => leastOf(each, ({ nanojoules }) => nanojoules)));
  const anytime = fullEstimate(load, devices[0], { anytime: true });
  const quantised = quantisedEnergies(operations, quantisation, sources[0]!.nanojoules);
  const widths = quantisation?.widths ?? [];
  const ratios = ecmtRatio(
    operatorActivities(operations.synaptic, activity, siteCarrying(network.sites), images),
    activity.hiddenSteps,
  );
  const steps = ratios.map((ratio, i): StepEnergy => {
    const full = spiking.map((each) => each[i]!);
    const equal = widths.findIndex((width) => width.steps.includes(i + 1));
    const own = mustExist(
      full.find(({ device }) => device === int8In45nm.name),
      `estimate on ${int8In45nm.name}`,
    );
    return {
      ecmtRatio: ratio,
      full,
      realisations: realised.flatMap((each) => each[i]!),
      anytimeRatio: totalEnergy(anytime[i]!) / sources[0]!.nanojoules,
      quantisedRatio: equal < 0 ? null : own.nanojoules / quantised[equal]!.nanojoules,
    };
  });
  return {
    steps,
    quantised,
    result: {
      device: devices[0].name,
      devices: devices.map(deviceResult),
      accounting,
      assumptions: [...assumptions, ...unknownOperators(operations)],
      source: sources,
      pays: spiking.map(payingSteps),
      breakEven: breakEven(load, devices[0]),
      spikeDrivenShare: spikeDrivenShare(load.labels),
      operators: load.labels,
    },
  };
}

/** Every realisation, by length of the run. */
function estimatesOf(load: SpikingLoad, device: Device, source: number): DeviceEnergy[][] {
  const runs = realisations.map((each) =>
    realisedEstimate(load, each, device).map((energy) => deviceEnergy(device, energy, source, each.name)),
  );
  return runs[0]!.map((_, i) => runs.map((run) => run[i]!));
}

function quantisedEnergies(
  operations: Operations,
  quantisation: QuantisationPlan | undefined,
  sourceNanojoules: number,
): DeviceEnergy[] {
  if (!quantisation) return [];
  const { widths, sitesBefore } = quantisation;
  return widths.map(({ bits }) =>
    deviceEnergy(
      int8In45nm,
      quantisedEstimate(operations, ({ name }) => operatorBits(sitesBefore[name] ?? [], bits)),
      sourceNanojoules,
    ),
  );
}

/** @param reference nanojoules of the source network; default: these ones */
function deviceEnergy(
  { name }: Device,
  breakdown: EnergyBreakdown,
  reference?: number,
  realisation: string | null = null,
): DeviceEnergy {
  const nanojoules = totalEnergy(breakdown);
  return { device: name, nanojoules, ratio: nanojoules / (reference ?? nanojoules), breakdown, realisation };
}

function deviceResult({ name, title, summary, figures }: Device): DeviceResult {
  const plain = Object.entries(figures).filter(([, figure]) => typeof figure !== 'string');
  return { name, title, summary, figures: Object.fromEntries(plain) };
}

/** The ratio grows from step to step, since energy adds up. */
function payingSteps(after: readonly DeviceEnergy[]): PayingSteps {
  const steps = after.filter(({ ratio }) => ratio < 1).length;
  return { device: after[0]!.device, steps, atLeast: steps === after.length };
}

function unknownOperators({ unknown }: Operations): string[] {
  return unknown.length === 0 ? [] : [`Operators of unknown cost are left out: ${unknown.join(', ')}.`];
}
