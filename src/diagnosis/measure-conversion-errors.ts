import { createInGraphEngine } from '../engines/in-graph-engine.ts';
import { planRun } from '../engines/plan-run.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import type { Model } from '../graph/model.ts';
import { broadcastTo, fromTensor } from '../interpreter/nd-array.ts';
import type { ConversionErrors, SiteConversionErrors } from '../results/diagnosis-result.ts';
import { exposeValues } from '../sessions/expose-values.ts';
import { OrtSession } from '../sessions/ort-session.ts';
import { type Site, sitesOf } from '../spiking/neuron-node.ts';
import { toSourceForm } from '../spiking/spiking-form.ts';
import { conversionErrors } from './conversion-errors.ts';

/**
 * Runs a rate-coded network and its source on the same images and says for each site how much of its error is clipping,
 * quantisation, unevenness, or comes from earlier layers. Sites of neurons that stand for no activation function, or have no threshold, are left
 * out. Initial potentials that neurons shift for each image count as they were before the shift.
 *
 * @param input images [N, …]
 * @param steps T; default: what the model is set to
 */
export async function measureConversionErrors(
  spiking: Model,
  input: FloatTensor,
  steps?: number,
): Promise<SiteConversionErrors[]> {
  const sites = sitesOf(spiking).filter(({ neuron, parameters }) => neuron.standsFor && parameters.threshold);
  const plan = planRun(spiking, {
    ...(steps !== undefined && { steps }),
    keep: sites.flatMap((site) => [site.input, site.decoded]),
  });
  const engine = await createInGraphEngine(plan);
  const { values } = await engine.run(input).finally(() => engine.close());
  const session = await OrtSession.create(
    exposeValues(
      toSourceForm(spiking),
      sites.map((site) => site.input),
    ),
  );
  const source = await session.run(input).finally(() => session.release());
  return sites.map((site) => ({
    site: site.name,
    ...errorsOf(site, source.get(site.input)!, values, plan.steps),
  }));
}

function errorsOf(
  site: Site,
  source: FloatTensor,
  values: ReadonlyMap<string, FloatTensor>,
  steps: number,
): ConversionErrors {
  const lastStep = (name: string) => values.get(name)!.data.subarray(-source.data.length);
  const threshold = parameterOf(site, 'threshold', source.shape)!;
  const initial = parameterOf(site, 'initialPotential', source.shape);
  const kappa = parameterOf(site, 'kappa', source.shape);
  return conversionErrors({
    source: source.data,
    mean: lastStep(site.input),
    decoded: lastStep(site.decoded),
    threshold,
    initialPotential: (i) => initial?.(i) ?? (kappa?.(i) ?? 0) * threshold(i),
    steps,
    activation: site.neuron.standsFor?.(site.attributes) ?? { kind: 'identity' },
  });
}

function parameterOf(
  { parameters }: Site,
  name: string,
  shape: readonly number[],
): ((i: number) => number) | undefined {
  const tensor = parameters[name];
  if (!tensor) return undefined;
  const { data } = broadcastTo(fromTensor(tensor), shape);
  return (i) => data[i]!;
}
