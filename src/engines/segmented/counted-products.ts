import { lookUp } from '../../look-up.ts';
import type { Plan } from '../plan-run.ts';
import type { CountPairs } from './action.ts';

/** How the pairs of spikes of a plan's matrix products are to be counted. */
export interface CountedProducts {
  /** Products whose pairs are counted by kernels. */
  readonly counted: readonly Pick<CountPairs, 'operator' | 'operands'>[];
  /** Outputs of the plan that count everything else (other products, inputs behind pooling), with operators of the graph. */
  readonly generic: readonly string[];
}

/**
 * MatMul of sites with at most one spike a step is counted by kernels, everything else (Einsum, several spikes a step, a batch that is not in front…)
 * by the operators the plan has for it.
 */
export function countedProducts({ statistics, operators, sites }: Plan): CountedProducts {
  const byDecoded = new Map(sites.map((site) => [site.decoded, site]));
  const byName = new Map(operators.map((operator) => [operator.node.name, operator]));
  const counted: Pick<CountPairs, 'operator' | 'operands'>[] = [];
  const generic: string[] = [];
  for (const [name, outputs] of statistics?.products ?? []) {
    const operator = lookUp(byName, name, 'operator');
    const [a, b] = operator.operands.map(({ value }) => byDecoded.get(value));
    if (operator.node.opType === 'MatMul' && a && b && !a.counts && !b.counts) {
      counted.push({ operator, operands: [a, b] });
    } else {
      generic.push(...Object.values(outputs));
    }
  }
  generic.push(...(statistics?.inputs.values() ?? []));
  return { counted, generic };
}
