import { type EvaluateSettings, evaluateNetwork, type NetworkEvaluation } from '../jobs/evaluate-network.ts';
import type { Network } from '../opening/open-network.ts';
import { commandLine } from './command-line.ts';
import { printNotice } from './print-notice.ts';
import { stopOnInterrupt } from './stop-on-interrupt.ts';
import { withProgress } from './with-progress.ts';

/** Evaluates a network, showing progress; the first Ctrl-C stops it so that it can be continued. */
export function evaluateWithProgress(
  network: Network,
  settings: EvaluateSettings,
): Promise<NetworkEvaluation> {
  const interruption = stopOnInterrupt('the batches under way');
  return withProgress((show) =>
    evaluateNetwork(network, {
      onNotice: printNotice,
      ...settings,
      command: commandLine(),
      signal: interruption.signal,
      onProgress: ({ done, total, skipped }) =>
        show({
          label: 'evaluating',
          done,
          total,
          unit: 'images',
          note: skipped > 0 ? `(${skipped} left out)` : '',
        }),
    }),
  ).finally(() => interruption.end());
}
