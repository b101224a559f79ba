import type { IntegerSynapseUse } from '../../results/synapse-result.ts';
import type { Plan } from '../plan-run.ts';
import { driveByEvents } from './events/drive-by-events.ts';
import { integerLayers } from './events/integer-events.ts';
import { useIntegerSynapses } from './integer-synapses.ts';
import { withoutTimeAxis } from './without-time-axis.ts';

/** Says what 8-bit synapses would do with a planned network, without loading it. */
export function integerSynapseUse(plan: Plan): IntegerSynapseUse {
  const network = withoutTimeAxis(plan.model, [plan.logits]);
  const layers = driveByEvents(network, plan);
  const driven = integerLayers(layers);
  const others = plan.sites.filter(({ name }) => !layers.has(name));
  const { products, left } = useIntegerSynapses(network.model, others, plan.steps);
  return {
    operators: products.size + driven.operators,
    allOperators: plan.operators.length,
    inFloat: [...left, ...driven.left],
  };
}
