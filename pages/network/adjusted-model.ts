import type { Model } from '../../src/graph/model.ts';
import { Tensor } from '../../src/graph/tensor.ts';
import type { Site } from '../../src/spiking/neuron-node.ts';
import type { Settings } from './answer.ts';

/** Name of the parameter of ladders below which nothing is emitted, in units of the threshold. */
const deadZoneParameter = 'deadZone';

/** Whether the neurons of all sites have a dead zone. */
export function hasDeadZone(sites: readonly Site[]): boolean {
  return sites.every(({ neuron }) => neuron.parameters.includes(deadZoneParameter));
}

/** Names of the thresholds of a site's neurons. */
export function thresholdNames({ neuron }: Site): string[] {
  const { positive, negative = positive } = neuron.thresholds ?? {};
  return [...new Set([positive, negative])].flatMap((name) => name ?? []);
}

/** A copy of a spiking network with all thresholds times a factor, and another dead zone. */
export function adjustedModel(
  model: Model,
  sites: readonly Site[],
  { scale, deadZone }: Omit<Settings, 'steps'>,
): Model {
  const copy = model.clone();
  for (const site of sites) {
    for (const name of thresholdNames(site)) change(copy, site, name, (value) => value * scale);
    if (deadZone !== undefined && site.neuron.parameters.includes(deadZoneParameter)) {
      change(copy, site, deadZoneParameter, () => deadZone);
    }
  }
  return copy;
}

function change({ graph }: Model, site: Site, parameter: string, to: (value: number) => number): void {
  const tensor = site.parameters[parameter]!;
  graph.setInitializer(
    site.parameterValues[parameter]!,
    Tensor.of(
      tensor.dataType,
      tensor.shape,
      tensor.dataType === 'float64' ? tensor.toNumbers().map(to) : tensor.toFloat32().map(to),
    ),
  );
}
