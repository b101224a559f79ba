import Table from 'cli-table3';
import type { IntegerSynapseUse, SynapseResult, SynapseStep } from '../results/synapse-result.ts';

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
    ...(images > 0 ? [`beside float32 synapses, on the first ${images} images:`, stepTable(steps)] : []),
    ...(steps.some(({ lost }) => lost !== null)
      ? [
          'lost, won: images that only float32, only 8-bit synapses get right; a difference of up to about 2·√(lost + won) may be chance',
        ]
      : []),
  ];
}

function stepTable(steps: readonly SynapseStep[]): string {
  const table = new Table({
    head: ['', 'same class %', 'top-1 % float32', 'top-1 % 8 bits', 'lost', 'won'],
    colAligns: ['left', ...new Array<'right'>(5).fill('right')],
    style: { head: [], border: [], compact: true },
  });
  for (const { t, agreement, agreementInterval, float32Top1, top1, lost, won } of steps) {
    const [low, high] = agreementInterval.map(percent);
    const interval = `${percent(agreement)} [${low}, ${high}]`;
    table.push([`T = ${t}`, interval, percent(float32Top1), percent(top1), lost ?? '–', won ?? '–']);
  }
  return table.toString();
}

function percent(share: number | null): string {
  return share === null ? '–' : (100 * share).toFixed(1);
}
