import type { WeightedValue } from '../../calibration/activation-histogram.ts';
import type { ConversionPipeline } from '../../conversion/conversion-pipeline.ts';
import type { OperatorCost } from '../../energy/operator-costs.ts';
import { stepCount } from '../../graph/first-steps.ts';
import { sampleCount } from '../../graph/input-batch.ts';
import { meanOverSteps } from '../../graph/mean-over-steps.ts';
import { lookUp } from '../../look-up.ts';
import type { Sensitivity } from '../../results/tuning-entry.ts';
import { inputsOverTime } from '../../spiking/inputs-over-time.ts';
import { toSpikingForm } from '../../spiking/spiking-form.ts';
import { fitSpikes, type SpikeFit, tradeOff } from '../ladders/fit-spikes.ts';
import { ladderCodings, ladderFamilies } from '../ladders/ladder-families.ts';
import { spikePrices } from '../planning/spike-prices.ts';
import type { ComparedBatch } from '../search/compared-batch.ts';
import { measureNetwork } from '../search/measure-network.ts';
import type { TuningImages } from '../tuning-images.ts';
import { positionImportance } from './output-gradients.ts';
import { PartObserver } from './part-observer.ts';
import { siteDepths } from './site-depths.ts';
import { divideSite } from './site-parts.ts';
import { coarsen, powerOf, type SiteProfile } from './site-profile.ts';

/** Least sensitivity, as a share of the mean over all sites: a measured divergence of zero is luck. */
const leastSensitivity = 0.02;

/** Relative squared mean error from which a bias can be told from chance. */
const leastBias = 1e-4;

/** Share of its neurons at which a site counts as mostly silent. */
const silentShare = 0.6;

/** What {@link measureProfiles} needs. */
export interface ProfileOptions {
  readonly pipeline: ConversionPipeline;
  readonly costs: readonly OperatorCost[];
  /** Distributions of activations come from the fitted ones, sensitivities from the probes. */
  readonly images: TuningImages;
  readonly threads: number;
  /** Sensitivities that are known already, by site name. */
  readonly known: ReadonlyMap<string, Sensitivity>;
  /** Told of each new one. */
  readonly onSensitivity: (site: string, sensitivity: Sensitivity, done: number) => Promise<void>;
}

/**
 * Measures what the tuner needs to know of each site: how its activations are distributed, what a spike costs, how deep it
 * lies, and how much an error at this site alone changes the output. Sites whose positions matter very unequally are
 * divided; their parts follow each other.
 */
export async function measureProfiles(options: ProfileOptions): Promise<SiteProfile[]> {
  const { pipeline, costs, threads, known, onSensitivity } = options;
  const { sites } = pipeline;
  const { fitted, probes } = options.images;
  const importance = await positionImportance(pipeline.clean.model, sites, probes, threads);
  const watched = sites.map((site) => {
    const importanceHere = importance?.get(site.name);
    const parts = (importanceHere && divideSite(importanceHere)) ?? [];
    return { site, parts, observer: new PartObserver(parts) };
  });
  const observers = new Map(watched.map(({ site, observer }) => [site.name, observer]));
  await pipeline.observe(observers, () => fitted, {
    threads,
    batchSize: Math.max(...fitted.map(sampleCount)),
  });
  const overTime = new Set(inputsOverTime(pipeline.source).keys());
  // Of inputs over time the observers see what the network sees at every step.
  const images = fitted.reduce(
    (sum, batch) => sum + sampleCount(batch) * (stepCount(batch, overTime) ?? 1),
    0,
  );
  const still = probes.map((batch) => meanOverSteps(batch, overTime));
  const [prices, depths] = [spikePrices(sites, costs), siteDepths(sites)];
  const profiles: SiteProfile[] = [];
  for (const [done, { site, parts, observer }] of watched.entries()) {
    const profileOf = (values: readonly WeightedValue[]) => {
      const bins = coarsen(values.toSorted((a, b) => a.value - b.value));
      const neurons = bins.reduce((sum, { count }) => sum + count, 0) / images;
      return {
        site,
        values: bins,
        power: powerOf(bins),
        neurons,
        price: lookUp(prices, site.name, 'price of site'),
      };
    };
    const distributions = observer.histograms.map((histogram) => histogram.values());
    const whole = { ...profileOf(distributions.flat()), depth: lookUp(depths, site.name, 'depth of site') };
    const sensitivity =
      known.get(site.name) ?? (await measureSensitivity({ ...whole, sensitivity: unknown }, still, options));
    await onSensitivity(site.name, sensitivity, done + 1);
    if (parts.length === 0) profiles.push({ ...whole, sensitivity });
    for (const [i, part] of parts.entries()) {
      profiles.push({ ...whole, ...profileOf(distributions[i]!), part, sensitivity });
    }
  }
  return withLeastSensitivity(profiles).map(onlyItsShare);
}

/** Stands in until the sensitivity of a site is measured: all errors count alike. */
const unknown: Sensitivity = { error: 1, bias: 0 };

/** A part changes the output by its share of the importance. */
function onlyItsShare(profile: SiteProfile): SiteProfile {
  const { part, sensitivity } = profile;
  if (!part) return profile;
  return {
    ...profile,
    sensitivity: { error: sensitivity.error * part.share, bias: sensitivity.bias * part.share },
  };
}

/**
 * Measures the output when this site alone spikes, twice: with a coarse ladder, whose rounding errs to both sides, and with a
 * fine one whose dead zone swallows small values. What the second one does beyond its squared error comes from its bias.
 *
 * @param still images of one step: of inputs over time their mean, which the source network answers to
 */
async function measureSensitivity(
  profile: SiteProfile,
  still: readonly ComparedBatch[],
  options: ProfileOptions,
): Promise<Sensitivity> {
  const rounding = fitSpikes({ ...oneStep, profile, family: ladderFamilies[0], lambda: 0 });
  if (rounding.relativeError === 0) return { error: 0, bias: 0 };
  const error = (await divergenceAlone(profile, rounding, still, options)) / rounding.relativeError;
  const silencing = mostlySilent(tradeOff({ ...oneStep, profile, family: ladderFamilies.at(-1)! }));
  const divergence = await divergenceAlone(profile, silencing, still, options);
  const { relativeError, relativeBias } = silencing;
  if (relativeBias < leastBias) return { error: (error + divergence / relativeError) / 2, bias: 0 };
  return { error, bias: Math.max(0, divergence - error * relativeError) / relativeBias };
}

/** One step with the plain coding: every schedule of one step is the same. */
const oneStep = { coding: ladderCodings[0]!, steps: 1 };

/** The first fit of a trade-off that fires clearly less than a site that need not save. */
function mostlySilent(fits: readonly SpikeFit[]): SpikeFit {
  return fits.find(({ spikes }) => spikes < silentShare * fits[0]!.spikes) ?? fits.at(-1)!;
}

async function divergenceAlone(
  { site }: SiteProfile,
  { coding, ladder, positive, negative, deadZone }: SpikeFit,
  still: readonly ComparedBatch[],
  { pipeline, threads }: ProfileOptions,
): Promise<number> {
  const parameters = coding.parameters(positive, negative, deadZone, 1);
  const spec = { neuron: coding.neuron, attributes: ladder, parameters };
  const alone = toSpikingForm(pipeline.clean.model, [{ ...site, ...spec }], 1);
  const { measurement } = await measureNetwork(alone, 1, still, threads);
  return Math.max(0, measurement.divergence);
}

function withLeastSensitivity(profiles: readonly SiteProfile[]): SiteProfile[] {
  const mean = profiles.reduce((sum, { sensitivity }) => sum + sensitivity.error, 0) / profiles.length;
  // Where nothing changes the output, all sites count the same.
  const least = mean > 0 ? leastSensitivity * mean : 1;
  return profiles.map((profile) => {
    const { error, bias } = profile.sensitivity;
    return { ...profile, sensitivity: { error: Math.max(error, least), bias } };
  });
}
