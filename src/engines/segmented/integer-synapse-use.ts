import type { IntegerSynapseUse } from '../../results/synapse-result.ts';
import type { Plan } from '../plan-run.ts';
import { useIntegerSynapses } from './integer-synapses.ts';
import { withoutTimeAxis } from './without-time-axis.ts';

/** Says what 8-bit synapses would do with a planned network, without loading it. */
export function integerSynapseUse(plan: Plan): IntegerSynapseUse {
  const { model } = withoutTimeAxis(plan.model, [plan.logits]);
  const { products, left } = useIntegerSynapses(model, plan.sites, plan.steps);
  return { operators: products.size, allOperators: plan.operators.length, inFloat: left };
}
