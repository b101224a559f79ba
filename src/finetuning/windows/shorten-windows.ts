import { UsageError } from '../../errors.ts';
import type { Model } from '../../graph/model.ts';
import { Tensor } from '../../graph/tensor.ts';
import { lookUp } from '../../look-up.ts';
import { spikeOnce } from '../../neurons/spike-once.ts';
import type { CalibrationBatches } from '../../sessions/observe-sites.ts';
import { isSiteOf, type Site, sitesOf } from '../../spiking/neuron-node.ts';
import { longestWay } from '../../spiking/timeline.ts';
import { type WindowLength, WindowTrial } from './window-trial.ts';

/** How far windows are shortened. */
export interface ShorteningOptions {
  /** Slots of a window that is not shortened, T. */
  readonly steps: number;
  /** Slots that a run may last, window after window on the longest way. */
  readonly latency: number;
  /** Threads of ONNX Runtime. Default 1. */
  readonly threads?: number | undefined;
  /** Told after every slot that went: slots that a run lasts now. */
  readonly onShortened?: ((latency: number) => void) | undefined;
}

/** A network with windows of different lengths. */
export interface ShortenedWindows {
  readonly model: Model;
  /** Slots of each window, by the name of its site. */
  readonly slots: ReadonlyMap<string, number>;
  /** Slots that a run lasts. */
  readonly latency: number;
  /** Σ(ŷ − y)²/Σy² of the outputs against the source network's on the calibration data, before and after. */
  readonly errors: readonly [before: number, after: number];
}

type OnceSite = Site<typeof spikeOnce>;

/**
 * Shortens the windows of a network of neurons that spike once, one slot at a time, where the outputs lose least on calibration data (greedily):
 * either the slots of the window become longer, or the window ends sooner and the largest values are clipped.
 *
 * A window whose loss was larger than another's when it was last tried is not tried again before that one has gone (lazy greedy search).
 *
 * Differs from the paper: the optimisation of You Only Spike Once (arXiv:2006.09982) is not public; this one is ours.
 *
 * @param spiking it is not changed
 * @throws UsageError for neurons that do not spike once in slots, or if not even windows of one slot are so short
 */
export async function shortenWindows(
  spiking: Model,
  batches: CalibrationBatches,
  { steps, latency, threads = 1, onShortened }: ShorteningOptions,
): Promise<ShortenedWindows> {
  const sites = onceSites(spiking);
  const { graph } = spiking;
  const lengths = new Map(
    sites.map(({ name }): [string, WindowLength] => [name, { slots: steps, share: 1 }]),
  );
  const nodeOf = new Map(sites.map(({ name, node }) => [name, node.name]));
  const lasting = (extra?: string) =>
    longestWay(
      graph,
      new Map(
        [...lengths].map(([name, { slots }]) => [
          lookUp(nodeOf, name, 'node of site'),
          slots + Number(name === extra),
        ]),
      ),
    );
  requireReachable(latency, longestWay(graph, new Map([...nodeOf.values()].map((name) => [name, 1]))));
  const trial = await WindowTrial.open(spiking, sites, batches, { steps, threads });
  try {
    const before = await trial.error(lengths);
    let after = before;
    const tried = new Map<string, { readonly error: number; readonly length: WindowLength }>();
    for (let now = lasting(); now > latency; now = lasting()) {
      // A window off the longest way makes the run no shorter.
      const open = sites.filter(({ name }) => (lengths.get(name)?.slots ?? 1) > 1 && lasting(name) > now);
      const fresh = new Set<string>();
      const lossOf = (name: string) => tried.get(name)?.error ?? Number.NEGATIVE_INFINITY;
      const cheapest = () => open.reduce((a, b) => (lossOf(b.name) < lossOf(a.name) ? b : a)).name;
      let best = cheapest();
      while (!fresh.has(best)) {
        tried.set(best, await trial.shortened(lengths, best));
        fresh.add(best);
        best = cheapest();
      }
      const { error, length } = lookUp(tried, best, 'trial of site');
      lengths.set(best, length);
      after = error;
      onShortened?.(lasting());
    }
    const slots = new Map([...lengths].map(([name, each]) => [name, each.slots]));
    return {
      model: withLengths(spiking, sites, lengths, steps),
      slots,
      latency: lasting(),
      errors: [before, after],
    };
  } finally {
    await trial.close();
  }
}

function onceSites(model: Model): OnceSite[] {
  const sites = sitesOf(model);
  const others = sites.filter((site) => !isSiteOf(site, spikeOnce) || site.attributes.code === 'continuous');
  if (sites.length > 0 && others.length === 0) return sites as OnceSite[];
  throw new UsageError({
    where: 'latency',
    expected: 'neurons that spike once, in windows of slots',
    got: others[0] ? `'${others[0].neuron.name}' at site '${others[0].name}'` : 'no neurons',
    remedy: 'Convert with the method spike-once and a preset with slots, or leave the latency out',
    means: ['latency'],
  });
}

function requireReachable(latency: number, least: number): void {
  if (latency >= least) return;
  throw new UsageError({
    where: 'latency',
    expected: `${least} slots or more, one for each window on the longest way`,
    got: `${latency}`,
    remedy: 'Allow a longer run',
    means: ['latency'],
  });
}

/** A copy with these windows. */
function withLengths(
  spiking: Model,
  sites: readonly OnceSite[],
  lengths: ReadonlyMap<string, WindowLength>,
  steps: number,
): Model {
  const model = spiking.clone();
  for (const { name, parameters, parameterValues } of sites) {
    const { slots, share } = lookUp(lengths, name, 'length of window');
    const window = Tensor.float64(
      parameters.window.shape,
      parameters.window.toNumbers().map((each) => each * share),
    );
    model.graph.setInitializer(parameterValues.window, window);
    model.graph.setInitializer(parameterValues.slotShare, Tensor.float64([], [slots / steps]));
  }
  return model;
}
