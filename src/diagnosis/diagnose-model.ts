import { readConversionRecord } from '../conversion/conversion-record.ts';
import { parameterRuns } from '../engines/segmented/parameter-runs.ts';
import { type InputBatch, sampleCount } from '../graph/input-batch.ts';
import type { Model } from '../graph/model.ts';
import type { Diagnosis } from '../results/diagnosis-result.ts';
import type { Traces } from '../results/traces.ts';
import { besideSource, type ComparedNetwork } from '../sessions/compared-network.ts';
import { checkSteps } from '../spiking/check-steps.ts';
import { spikingNetwork } from '../spiking/network-kind.ts';
import { adviceFor } from './advice-for.ts';
import { findingsOf } from './findings.ts';
import { measureLogitErrors } from './measure-logit-errors.ts';
import { type ObserveNetworkOptions, observeNetwork, type SiteObservation } from './observe-network.ts';
import { SiteMeter } from './site-meter.ts';
import { SiteTracer } from './site-trace.ts';

/** Options of {@link diagnoseModel}. */
export interface DiagnoseOptions extends ObserveNetworkOptions {
  /** Whether to let each site spike alone, too: one pass of the source network a site and image. Default false. */
  readonly alone?: boolean;
}

/**
 * Says for every site of a spiking network how far its decoded value is from the source network's activation after T
 * steps, how much of that is its own doing, and what the neurons have to do with it.
 *
 * @param images a few images [N, …], float32
 * @param steps T
 * @throws RuntimeError if the model does not spike
 */
export async function diagnoseModel(
  model: Model,
  images: InputBatch,
  steps: number,
  options: DiagnoseOptions = {},
): Promise<{ diagnosis: Diagnosis; traces: Traces }> {
  const network = { ...spikingNetwork(model), steps: checkSteps(steps) };
  return diagnoseSites(await besideSource(network), images, options);
}

/** As {@link diagnoseModel}, of a network that stands beside its source. */
export async function diagnoseSites(
  network: ComparedNetwork,
  images: InputBatch,
  { alone = false, ...options }: DiagnoseOptions = {},
): Promise<{ diagnosis: Diagnosis; traces: Traces }> {
  const { model, steps } = network;
  const meters = new Map<string, SiteMeters>();
  for await (const observation of observeNetwork(network, images, options)) {
    const { site } = observation;
    const each = meters.get(site.name) ?? startMeters(network, observation);
    meters.set(site.name, each);
    each.meter.add(observation);
    each.tracer.add(observation);
  }
  const errors = alone ? await measureLogitErrors(network, images, options) : undefined;
  const sites = [...meters].map(([name, { meter }]) => {
    const logitError = errors?.get(name);
    return { ...meter.result(), ...(logitError !== undefined && { logitError }) };
  });
  const count = sampleCount(images);
  return {
    diagnosis: {
      images: count,
      steps,
      sites,
      findings: findingsOf(sites, adviceFor(readConversionRecord(model), steps)),
    },
    traces: {
      images: count,
      steps,
      sites: [...meters.values()].map(({ tracer }) => tracer.result()),
    },
  };
}

/** What gathers the observations of one site. */
interface SiteMeters {
  readonly meter: SiteMeter;
  readonly tracer: SiteTracer;
}

function startMeters({ source }: ComparedNetwork, observation: SiteObservation): SiteMeters {
  const { parameters, shape } = observation.site;
  const runs = parameterRuns(parameters, shape);
  return {
    meter: new SiteMeter(source.operators, runs, observation),
    tracer: new SiteTracer(runs, observation),
  };
}
