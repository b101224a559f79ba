import type { Plan } from '../plan-run.ts';
import { type SiteInFloat, useIntegerSynapses } from './integer-synapses.ts';
import { withoutTimeAxis } from './without-time-axis.ts';

/** Which synapses of a network the fast engine can put on 8 bits. */
export interface IntegerSynapseUse {
  /** Number of synaptic operators on 8-bit weights. */
  readonly operators: number;
  /** Number of all synaptic operators, products of two spike trains included. */
  readonly allOperators: number;
  /** Sites whose operators stay in float32 although they are linear, and why. */
  readonly inFloat: readonly SiteInFloat[];
}

/** Says what 8-bit synapses would do with a planned network, without loading it. */
export function integerSynapseUse(plan: Plan): IntegerSynapseUse {
  const { model } = withoutTimeAxis(plan, [plan.logits]);
  const { products, left } = useIntegerSynapses(model.graph, plan.sites, plan.steps);
  return { operators: products.size, allOperators: plan.operators.length, inFloat: left };
}
