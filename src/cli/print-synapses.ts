import type { IntegerSynapseUse, SynapseResult } from '../results/synapse-result.ts';
import { synapseTable } from '../tables/synapse-table.ts';
import { tableText } from './print-table.ts';

/** Says where a network has 8-bit synapses: one or two lines of text. */
export function describeSynapseUse({ operators, allOperators, inFloat }: IntegerSynapseUse): string[] {
  const left = inFloat.map(({ site, reason }) => `${site} (${reason})`);
  return [
    `8-bit synapses: ${operators} of ${allOperators} synaptic operators`,
    ...(left.length > 0 ? [`left in float32: ${left.join(', ')}`] : []),
  ];
}

/** Says where a network has 8-bit synapses, and what they cost beside float32 ones: some lines of text. */
export function describeSynapses(result: SynapseResult): string[] {
  const { images, steps } = result;
  return [
    ...describeSynapseUse(result),
    ...(images > 0
      ? [`beside float32 synapses, on the first ${images} images:`, tableText(synapseTable(steps))]
      : []),
    ...(steps.some(({ lost }) => lost !== null)
      ? [
          'lost, won: images that only float32, only 8-bit synapses get right; a difference of up to about 2·√(lost + won) may be chance',
        ]
      : []),
  ];
}
