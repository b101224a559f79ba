import { readConversionRecord } from '../conversion/conversion-record.ts';
import type { Network } from '../opening/open-network.ts';
import type { JobListener } from './notice.ts';

/** Tells where a network runs another number of steps than its thresholds were chosen for. */
export function tellOtherSteps({ model }: Network, steps: number, { onNotice }: JobListener): void {
  const meant = readConversionRecord(model)?.steps;
  if (meant === undefined || meant === steps) return;
  const message = `the network was converted for T = ${meant} and runs at T = ${steps}: thresholds chosen for ${steps} may do better`;
  onNotice?.({ kind: 'other-steps', message, means: ['steps'] });
}
