import type { SpikeSite } from '../analysis/spike-sites.ts';
import { ActivationHistogram } from '../calibration/activation-histogram.ts';
import type { QuantiserCalibration } from '../conversion/observe-quantisers.ts';
import { observeSites } from '../conversion/observe-sites.ts';
import type { OperatorCost } from '../energy/operator-costs.ts';
import type { Model } from '../graph/model.ts';
import { toSpikingForm } from '../neurons/spiking-form.ts';
import { fitSpikes } from './fit-spikes.ts';
import { codings, ladderFamilies } from './ladder-families.ts';
import { type ComparedBatch, measureNetwork } from './measure-network.ts';
import { siteDepths } from './site-depths.ts';
import { coarsen, powerOf, type SiteProfile } from './site-profile.ts';
import { spikePrices } from './spike-prices.ts';

/** Least sensitivity, as a share of the mean over all sites: a measured divergence of zero is luck. */
const leastSensitivity = 0.02;

/** What {@link measureProfiles} needs. */
export interface ProfileOptions {
  /** The cleaned source network. */
  readonly source: Model;
  readonly sites: readonly SpikeSite[];
  readonly costs: readonly OperatorCost[];
  /** Watches the same images, so that the source network can be quantised later. */
  readonly quantisers: QuantiserCalibration;
  /** Images for the distributions of activations. */
  readonly batches: readonly ComparedBatch[];
  /** Images for the sensitivities. */
  readonly probes: readonly ComparedBatch[];
  readonly threads: number;
  /** Sensitivities that are known already, by site name. */
  readonly known: ReadonlyMap<string, number>;
  /** Told of each new one. */
  readonly onSensitivity: (site: string, sensitivity: number, done: number) => Promise<void>;
}

/**
 * Measures what the tuner needs to know of each site: how its activations are distributed, what a spike costs, how deep it
 * lies, and how much an error at this site alone changes the output.
 */
export async function measureProfiles(options: ProfileOptions): Promise<SiteProfile[]> {
  const { source, sites, costs, batches, quantisers, threads, known, onSensitivity } = options;
  const histograms = new Map(sites.map(({ name }) => [name, new ActivationHistogram()]));
  const largest = Math.max(...batches.map(({ shape }) => shape[0]!));
  await observeSites(source, [...sites, ...quantisers.others], quantisers.beside(histograms), () => batches, {
    threads,
    batchSize: largest,
  });
  const images = batches.reduce((sum, { shape }) => sum + shape[0]!, 0);
  const [prices, depths] = [spikePrices(sites, costs), siteDepths(sites)];
  const profiles: SiteProfile[] = [];
  for (const site of sites) {
    const values = coarsen(histograms.get(site.name)!.values());
    const profile: SiteProfile = {
      site,
      values,
      power: powerOf(values),
      neurons: values.reduce((sum, { count }) => sum + count, 0) / images,
      price: prices.get(site.name)!,
      depth: depths.get(site.name)!,
      sensitivity: 1,
    };
    const sensitivity = known.get(site.name) ?? (await measureSensitivity(profile, options));
    profiles.push({ ...profile, sensitivity });
    await onSensitivity(site.name, sensitivity, profiles.length);
  }
  return withLeastSensitivity(profiles);
}

/** Divergence of the output when this site alone spikes, per relative squared error of the site. */
async function measureSensitivity(
  profile: SiteProfile,
  { source, probes, threads }: ProfileOptions,
): Promise<number> {
  const { site } = profile;
  const coding = codings[0]!;
  const fit = fitSpikes({ profile, coding, family: ladderFamilies[0], steps: 1, lambda: 0 });
  if (fit.relativeError === 0) return 0;
  const spec = {
    neuron: coding.neuron,
    attributes: fit.ladder,
    parameters: coding.parameters(fit.positive, fit.negative, fit.deadZone, 1),
  };
  const alone = toSpikingForm(source, [site], new Map([[site.name, spec]]), 1);
  const { divergence } = await measureNetwork(alone, 1, probes, threads);
  return Math.max(0, divergence) / fit.relativeError;
}

function withLeastSensitivity(profiles: readonly SiteProfile[]): SiteProfile[] {
  const mean = profiles.reduce((sum, { sensitivity }) => sum + sensitivity, 0) / profiles.length;
  // Where nothing changes the output, all sites count the same.
  const least = mean > 0 ? leastSensitivity * mean : 1;
  return profiles.map((profile) => ({ ...profile, sensitivity: Math.max(profile.sensitivity, least) }));
}
