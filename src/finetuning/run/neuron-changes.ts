import type { Model } from '../../graph/model.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { lookUp } from '../../look-up.ts';
import type { NeuronChange } from '../../results/fine-tuning-result.ts';
import { sitesOf } from '../../spiking/neuron-node.ts';
import type { FineTuningTask } from './fine-tuning-task.ts';
import { firingRates } from './firing-rates.ts';

/** What a training made of the neurons: how often they spike, and their parameters. @param start the model before it */
export async function neuronChanges(
  start: Model,
  tuned: Model,
  task: FineTuningTask,
): Promise<NeuronChange[]> {
  const rates = [await firingRates(start, task), await firingRates(tuned, task)] as const;
  const after = new Map(sitesOf(tuned).map(({ name, parameters }) => [name, parameters]));
  return sitesOf(start).map(({ name: site, parameters }) => {
    const now = lookUp(after, site, 'site');
    return {
      site,
      firingRate: [lookUp(rates[0], site, 'site'), lookUp(rates[1], site, 'site')],
      parameters: Object.fromEntries(
        Object.entries(parameters).map(([name, before]) => [name, [mean(before), mean(now[name] ?? before)]]),
      ),
    };
  });
}

function mean(tensor: Tensor): number {
  const values = tensor.toNumbers();
  return Number((values.reduce((sum, value) => sum + value, 0) / values.length).toPrecision(6));
}
