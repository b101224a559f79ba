import type { SpikeSite } from '../../analysis/spike-sites.ts';
import { picojoules } from '../../energy/ecmt-ratio.ts';
import type { OperatorCost } from '../../energy/operator-costs.ts';
import { lookUp, mustExist } from '../../look-up.ts';

/** In a product a spike meets the spikes of the other operand and what that operand has sent so far. */
const meetings = { linear: 1, product: 2 } as const;

/**
 * What one spike of each site costs in ECMT's count, as a share of the source network's energy for one image: an accumulation
 * for every connection, against a multiply-accumulation. For products the other operand is taken as dense.
 */
export function spikePrices(
  sites: readonly SpikeSite[],
  costs: readonly OperatorCost[],
): Map<string, number> {
  const macs = costs.filter(({ first }) => !first).reduce((sum, each) => sum + each.macs, 0);
  const byName = new Map(costs.map((cost) => [cost.name, cost]));
  const share = picojoules.accumulate / picojoules.multiplyAccumulate / macs;
  return new Map(
    sites.map(({ name, value, feeds }) => {
      const fanOut = feeds.map(({ node }) => {
        const { kind, macs: products, operands } = lookUp(byName, node.name, 'cost of operator');
        const { size } = mustExist(
          operands.find((operand) => operand.value === value),
          `operand '${value}'`,
        );
        return (meetings[kind] * products) / size;
      });
      return [name, share * fanOut.reduce((a, b) => a + b, 0)];
    }),
  );
}
