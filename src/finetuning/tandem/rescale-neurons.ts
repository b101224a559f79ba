import { Tensor } from '../../graph/tensor.ts';
import { integrateAndFire } from '../../neurons/integrate-and-fire.ts';
import { leakyIntegrateAndFire } from '../../neurons/leaky-integrate-and-fire.ts';
import { isSiteOf, type Site } from '../../spiking/neuron-node.ts';

/**
 * The parameters of a site's neurons with another threshold: what is in units of the activation grows with it.
 *
 * @returns new constants by name; none for neurons other than integrate-and-fire ones, leaking or not, which keep their own
 */
export function rescaledParameters(site: Site, threshold: number): ReadonlyMap<string, Tensor> {
  if (!isSiteOf(site, integrateAndFire) && !isSiteOf(site, leakyIntegrateAndFire)) return new Map();
  const { parameters, parameterValues } = site;
  const largest = parameters.threshold.toNumbers().reduce((a, b) => Math.max(a, b));
  return new Map(
    (['threshold', 'initialPotential', 'amplitude'] as const).map((name) => {
      const { shape } = parameters[name];
      const numbers = parameters[name].toNumbers();
      return [
        parameterValues[name],
        Tensor.float64(
          shape,
          numbers.map((value) => (value * threshold) / largest),
        ),
      ];
    }),
  );
}
