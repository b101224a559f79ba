import type { SynapseStep } from '../results/synapse-result.ts';
import { intervalColumn, numberColumn, percentColumn, type Table } from './table.ts';

const same = percentColumn('agreement', 'same class');

/** What 8-bit synapses cost beside float32 ones, step by step. */
export function synapseTable(steps: readonly SynapseStep[]): Table {
  return {
    caption: '8-bit synapses beside float32 ones',
    columns: [
      numberColumn('t', 'T', 0),
      same,
      intervalColumn(same),
      percentColumn('float32_top1', 'top-1 float32'),
      percentColumn('top1', 'top-1 8 bits'),
      numberColumn('lost', 'lost', 0),
      numberColumn('won', 'won', 0),
    ],
    rows: steps.map(({ t, agreement, agreementInterval, float32Top1, top1, lost, won }) => [
      t,
      agreement,
      agreementInterval,
      float32Top1,
      top1,
      lost,
      won,
    ]),
  };
}
