import { GraphError } from '../errors.ts';
import { describeNode } from '../graph/node.ts';
import type { GradientContext } from './gradient-rule.ts';

/** The numbers of an input that has to be a constant. @throws GraphError if it is computed */
export function requiredConstant(context: GradientContext, value: string, what: string): number[] {
  const tensor = context.constantOf(value);
  if (tensor) return [...tensor.toNumbers()];
  throw new GraphError({
    where: `differentiate: ${describeNode(context.node)}`,
    expected: `constant ${what}`,
    got: `the computed value '${value}'`,
    remedy: 'Fold constants first, or export the network with fixed sizes',
  });
}
