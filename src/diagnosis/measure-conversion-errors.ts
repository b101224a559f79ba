import { thresholdsOf } from '../dynamics/thresholds.ts';
import { createInGraphEngine } from '../engines/in-graph-engine.ts';
import { planRun } from '../engines/plan-run.ts';
import { parameterRuns } from '../engines/segmented/parameter-runs.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import type { Model } from '../graph/model.ts';
import { lookUp } from '../look-up.ts';
import type { ConversionErrors, SiteConversionErrors } from '../results/diagnosis-result.ts';
import { exposeValues } from '../sessions/expose-values.ts';
import { OrtSession } from '../sessions/ort-session.ts';
import { type Site, sitesOf } from '../spiking/neuron-node.ts';
import { toSourceForm } from '../spiking/spiking-form.ts';
import { conversionErrors } from './conversion-errors.ts';

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
  input: FloatTensor,
  steps?: number,
): Promise<SiteConversionErrors[]> {
  const sites = sitesOf(spiking).filter(({ neuron }) => neuron.standsFor && neuron.thresholds);
  if (sites.length === 0) return [];
  const plan = planRun(spiking, {
    ...(steps !== undefined && { steps }),
    keep: sites.flatMap((site) => [site.value, site.decoded]),
  });
  const engine = await createInGraphEngine(plan);
  const { values } = await engine.run(input).finally(() => engine.close());
  const session = await OrtSession.create(
    exposeValues(
      toSourceForm(spiking),
      sites.map((site) => site.value),
    ),
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
