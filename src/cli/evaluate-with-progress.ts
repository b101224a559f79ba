import { type EvaluateSettings, evaluateNetwork, type NetworkEvaluation } from '../jobs/evaluate-network.ts';
import type { Network } from '../opening/open-network.ts';
import type { PhaseName } from '../results/phase.ts';
import { commandLine } from './command-line.ts';
import { printNotice } from './print-notice.ts';
import { stopOnInterrupt } from './stop-on-interrupt.ts';
import { withProgress } from './with-progress.ts';

/** What phases are called while they run; the images have a bar of their own. */
const phaseLabels: Readonly<Record<PhaseName, string | undefined>> = {
  shapes: 'measuring shapes',
  quantisation: 'making the quantised networks',
  loading: 'loading the networks',
  images: undefined,
  synapses: 'evaluating on float32 synapses',
  diagnosis: 'diagnosing',
  summary: 'summing up',
};

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
      onPhase: (name) => {
        const label = phaseLabels[name];
        if (label !== undefined) show({ label, done: 0, total: 0, unit: '' });
      },
      onProgress: ({ done, total, skipped, workers }) =>
        show({
          label: 'evaluating',
          done,
          total,
          unit: 'images',
          note: inBrackets(skipped > 0 && `${skipped} left out`, workers),
        }),
    }),
  ).finally(() => interruption.end());
}

function inBrackets(...notes: readonly (string | false | undefined)[]): string {
  const said = notes.filter(Boolean);
  return said.length > 0 ? `(${said.join('; ')})` : '';
}
