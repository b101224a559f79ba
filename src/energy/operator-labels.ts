import { valuesAfter } from '../graph/reached-values.ts';
import { lookUp } from '../look-up.ts';
import type { LabelledOperator } from '../results/energy-result.ts';
import type { SpikingNetwork } from '../spiking/network-kind.ts';
import { presentsOverTime } from '../spiking/time-axis.ts';
import type { Operations, OtherOperator } from './count-operations.ts';
import type { SynapticWork } from './synaptic-work.ts';

/** Labels every operator that calculates. Activation functions in whose place neurons stand are left out. */
export function labelOperators(
  spiking: SpikingNetwork,
  { others }: Operations,
  work: readonly SynapticWork[],
): LabelledOperator[] {
  const opTypes = new Map(spiking.model.graph.nodes.map(({ name, opType }) => [name, opType]));
  // Values that differ from step to step because spikes are in them, or inputs over time.
  const inputs = spiking.model.graph.nodes.filter(presentsOverTime);
  const changing = valuesAfter(
    spiking.model.graph,
    new Set([...inputs, ...spiking.sites.map(({ node }) => node)]),
  );
  const isStateful = (other: OtherOperator) =>
    !other.linear && other.outputs.some(({ value }) => changing.has(value));
  return [
    ...work.map(
      ({ cost, terms }): LabelledOperator => ({
        name: cost.name,
        opType: lookUp(opTypes, cost.name, 'type of operator'),
        label: terms.length === 0 ? 'analog' : cost.kind === 'product' ? 'stateful' : 'spike',
        operations: cost.macs,
      }),
    ),
    ...others
      .filter(({ name }) => opTypes.has(name))
      .map(
        (other): LabelledOperator => ({
          name: other.name,
          opType: other.opType,
          label: isStateful(other) ? 'stateful' : 'analog',
          operations: other.additions + other.multiplications,
        }),
      ),
  ];
}

/** Operations that single spikes drive / all operations, in [0, 1]. */
export function spikeDrivenShare(operators: readonly LabelledOperator[]): number {
  const total = (of: readonly LabelledOperator[]) => of.reduce((sum, { operations }) => sum + operations, 0);
  return total(operators.filter(({ label }) => label === 'spike')) / total(operators);
}
