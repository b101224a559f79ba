import { Tensor } from '../../graph/tensor.ts';
import type { PlacedNeurons } from '../../spiking/neuron-node.ts';
import { type SpikeFit, trimLadder } from '../ladders/fit-spikes.ts';
import { joinParts, type SitePart } from '../sensitivity/site-parts.ts';
import { energyOf, type SiteProfile } from '../sensitivity/site-profile.ts';

/** Neurons for one site, and what they promise. */
export interface PlannedSite {
  readonly placed: PlacedNeurons;
  /** Squared error after the last step, relative to the site's mean square. */
  readonly relativeError: number;
  /** Energy as planned, as a share of the source network's; prices uncorrected. */
  readonly energy: number;
}

/** Neurons for all parts of a site. Thresholds are scalars, or go by position where parts differ. */
export function siteSpec(
  parts: readonly SiteProfile[],
  fits: readonly SpikeFit[],
  onset: number,
): PlannedSite {
  const { coding, ladder } = fits[0]!;
  const trimmed = fits.map((fit, i) => trimLadder(fit, parts[i]!.values));
  const levels = Math.max(...trimmed.map((fit) => fit.ladder.levels));
  const parameters = trimmed.map((fit, i) =>
    isSilent(parts[i]!)
      ? coding.parameters(1, 1, neverFires, onset)
      : coding.parameters(fit.positive, fit.negative, fit.deadZone, onset),
  );
  return {
    placed: {
      ...parts[0]!.site,
      neuron: coding.neuron,
      attributes: { ...ladder, levels },
      parameters: join(
        parts.flatMap(({ part }) => (part ? [part] : [])),
        parameters,
      ),
    },
    relativeError: siteError(parts, fits),
    energy: fits.reduce((sum, { spikes }, i) => sum + energyOf(parts[i]!, spikes), 0),
  };
}

/** Dead zone that no potential leaves, in units of the threshold. */
const neverFires = 1e30;

/** The output does not depend on it: nobody hears its spikes. */
function isSilent({ part }: SiteProfile): boolean {
  return part?.share === 0;
}

function join(parts: readonly SitePart[], parameters: readonly Readonly<Record<string, number>>[]) {
  const [first] = parameters;
  if (parts.length === 0) return first!;
  return Object.fromEntries(
    Object.keys(first!).map((name) => {
      const numbers = parameters.map((each) => each[name]!);
      if (numbers.every((number) => number === numbers[0])) return [name, numbers[0]!];
      const { shape, values } = joinParts(parts, numbers);
      return [name, Tensor.float64(shape, values)];
    }),
  );
}

function siteError(parts: readonly SiteProfile[], fits: readonly SpikeFit[]): number {
  const signal = (i: number) => parts[i]!.power * parts[i]!.neurons;
  const total = fits.reduce((sum, _, i) => sum + signal(i), 0);
  return fits.reduce((sum, { relativeError }, i) => sum + relativeError * signal(i), 0) / (total || 1);
}
