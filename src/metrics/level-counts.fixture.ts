import type { FloatTensor } from '../graph/float-tensor.ts';
import { firstParameters } from '../spiking/first-parameters.ts';
import type { Site } from '../spiking/neuron-node.ts';

/**
 * Spikes of a site by time-step and level, in the order largest level positive, largest negative, …, smallest
 * positive, smallest negative. For sites with scalar parameters.
 *
 * @param spikes the site's spikes, [T·N, …]
 */
export function levelCounts(site: Site, spikes: FloatTensor, steps: number): number[][] {
  const { neuron, attributes } = site;
  const parameters = firstParameters(site);
  const levels = neuron.levels(attributes).length;
  const perStep = spikes.data.length / steps;
  return Array.from({ length: steps }, (_, t) => {
    const counts = new Array<number>(2 * levels).fill(0);
    for (const spike of spikes.data.subarray(t * perStep, (t + 1) * perStep)) {
      if (spike === 0) continue;
      const level = neuron.levelOf(spike, parameters, attributes);
      counts[2 * (levels - 1 - level) + (spike < 0 ? 1 : 0)]!++;
    }
    return counts;
  });
}
