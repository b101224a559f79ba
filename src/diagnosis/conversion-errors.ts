import { type Activation, activate } from '../analysis/activation.ts';
import { thresholdsOf } from '../dynamics/thresholds.ts';
import { engines } from '../engines/engines.ts';
import { planRun } from '../engines/plan-run.ts';
import { parameterRuns } from '../engines/segmented/parameter-runs.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import { type InputBatch, sampleCount } from '../graph/input-batch.ts';
import type { Model } from '../graph/model.ts';
import { sizeOf } from '../graph/shape.ts';
import { lookUp } from '../look-up.ts';
import type { ConversionErrors, SiteConversionErrors } from '../results/diagnosis-result.ts';
import { besideSource, type ComparedNetwork, type MeasuredSite } from '../sessions/compared-network.ts';
import { exposeValues } from '../sessions/expose-values.ts';
import { groupByMemory } from '../sessions/group-by-memory.ts';
import { OrtSession } from '../sessions/ort-session.ts';
import { networkKind } from '../spiking/network-kind.ts';
import type { Site } from '../spiking/neuron-node.ts';
import type { ObserveNetworkOptions } from './observe-network.ts';

/**
 * Runs a rate-coded network and its source on the same images and says for each site how much of its error is clipping,
 * quantisation, unevenness, or comes from earlier layers. Sites of neurons that stand for no activation function, or
 * have no threshold, are left out. Initial potentials that neurons shift for each image count as they were before the shift.
 *
 * @param input images [N, …]
 * @param steps T; default: what the model is set to
 */
export async function measureConversionErrors(
  spiking: Model,
  input: InputBatch,
  steps?: number,
): Promise<SiteConversionErrors[]> {
  const network = networkKind(spiking);
  if (!network.spiking) return [];
  return conversionErrorsOf(await besideSource({ ...network, steps: steps ?? network.steps }), input);
}

/** As {@link measureConversionErrors}, of a network that stands beside its source. Memory is bounded: of large networks a part of the sites is kept at a time. */
export async function conversionErrorsOf(
  network: ComparedNetwork,
  input: InputBatch,
  options: ObserveNetworkOptions = {},
): Promise<SiteConversionErrors[]> {
  const { memoryMB, valuesMB = memoryMB } = options;
  const sites = network.sites.filter(({ neuron }) => neuron.standsFor && neuron.thresholds);
  // What arrives and the decoded value of every step, the source once.
  const rows = (2 * network.steps + 1) * sampleCount(input);
  const errors: SiteConversionErrors[] = [];
  for (const group of groupByMemory(sites, ({ shape }) => 4 * rows * sizeOf(shape), valuesMB)) {
    errors.push(...(await errorsOfGroup(network, group, input, options)));
  }
  return errors;
}

async function errorsOfGroup(
  network: ComparedNetwork,
  sites: readonly MeasuredSite[],
  input: InputBatch,
  options: ObserveNetworkOptions,
): Promise<SiteConversionErrors[]> {
  const { threads = 1 } = options;
  const plan = planRun(network, { keep: sites.flatMap((site) => [site.value, site.decoded]) });
  const engine = await engines.fast(plan, options);
  const { values } = await engine.run(input).finally(() => engine.close());
  const session = await OrtSession.create(
    exposeValues(
      network.source.model,
      sites.map((site) => site.value),
    ),
    { threads },
  );
  const source = await session.run(input).finally(() => session.release());
  return sites.map((site) => ({
    site: site.name,
    ...errorsOf(site, lookUp(source, site.value, 'value'), values, plan.steps),
  }));
}

function errorsOf(
  site: Site,
  source: FloatTensor,
  values: ReadonlyMap<string, FloatTensor>,
  steps: number,
): ConversionErrors {
  const { neuron, attributes } = site;
  const lastStep = (name: string) => lookUp(values, name, 'value').data.subarray(-source.data.length);
  const [thresholds, potentials] = [
    new Float64Array(source.data.length),
    new Float64Array(source.data.length),
  ];
  for (const { start, count, parameters } of parameterRuns(site.parameters, source.shape)) {
    thresholds.fill(thresholdsOf(neuron, parameters).positive ?? 0, start, start + count);
    potentials.fill(neuron.initialPotential?.(parameters, attributes) ?? 0, start, start + count);
  }
  return conversionErrors({
    source: source.data,
    mean: lastStep(site.value),
    decoded: lastStep(site.decoded),
    thresholds,
    initialPotentials: potentials,
    steps,
    activation: neuron.standsFor?.(attributes) ?? { kind: 'identity' },
  });
}

/** What is known of a site after T steps; all arrays have one number a neuron and image. */
export interface SiteOutcome {
  /** Input of the activation in the source network. */
  readonly source: ArrayLike<number>;
  /** Running mean of the neurons' input after T steps. */
  readonly mean: ArrayLike<number>;
  /** Decoded value after T steps. */
  readonly decoded: ArrayLike<number>;
  /** Threshold of each neuron. */
  readonly thresholds: ArrayLike<number>;
  /** v(0) of each neuron. */
  readonly initialPotentials: ArrayLike<number>;
  readonly steps: number;
  readonly activation: Activation;
}

/**
 * Splits the error of a site of integrate-and-fire neurons into the three conversion errors of the literature and what
 * earlier layers hand down. With a = f(source), b = f(mean input), c = min(b, θ), q = what T steps of constant input
 * emit, d = the decoded value: inherited E(b − a)², clipping E(c − b)², quantisation E(q − c)², unevenness E(d − q)², each
 * divided by E(a²). The parts need not sum to the total E(d − a)²/E(a²): they can cancel.
 *
 * Bu, Fang, Ding, Dai, Yu, Huang: Optimal ANN-SNN Conversion for High-accuracy and Ultra-low-latency Spiking Neural
 * Networks, ICLR 2022, arXiv:2303.04347, section 3.
 */
export function conversionErrors(outcome: SiteOutcome): ConversionErrors {
  const { source, mean, decoded, steps, activation } = outcome;
  const sums = { power: 0, clipping: 0, quantisation: 0, unevenness: 0, inherited: 0, total: 0 };
  let [saturated, silent] = [0, 0];
  for (let i = 0; i < source.length; i++) {
    const threshold = outcome.thresholds[i]!;
    const wanted = activate(activation, source[i]!);
    const received = activate(activation, mean[i]!);
    const clipped = Math.min(received, threshold);
    const count = Math.floor((mean[i]! * steps + outcome.initialPotentials[i]!) / threshold);
    const even = (Math.min(Math.max(count, 0), steps) * threshold) / steps;
    sums.power += wanted ** 2;
    sums.inherited += (received - wanted) ** 2;
    sums.clipping += (clipped - received) ** 2;
    sums.quantisation += (even - clipped) ** 2;
    sums.unevenness += (decoded[i]! - even) ** 2;
    sums.total += (decoded[i]! - wanted) ** 2;
    if (decoded[i]! > threshold * (1 - 0.5 / steps)) saturated++;
    if (decoded[i] === 0) silent++;
  }
  const relative = (sum: number) => (sums.power === 0 ? 0 : sum / sums.power);
  return {
    power: sums.power / source.length,
    clipping: relative(sums.clipping),
    quantisation: relative(sums.quantisation),
    unevenness: relative(sums.unevenness),
    inherited: relative(sums.inherited),
    total: relative(sums.total),
    saturated: saturated / source.length,
    silent: silent / source.length,
  };
}
