import { type TuneEnd, type TuneSettings, tuneNetwork } from '../jobs/tune-network.ts';
import type { Network } from '../opening/open-network.ts';
import type { TuningPoint } from '../results/tuning-entry.ts';
import { ratioOf } from '../tuning/search/tuning-point.ts';
import { commandLine } from './command-line.ts';
import { printNotice } from './print-notice.ts';
import { stopOnInterrupt } from './stop-on-interrupt.ts';
import { withProgress } from './with-progress.ts';

/** One bar for each stage. */
const stages = {
  sensitivities: { label: 'how much each site matters', unit: 'sites' },
  networks: { label: 'trying networks', unit: 'networks' },
} as const;

/** Tunes a network, showing progress with the best networks so far; the first Ctrl-C stops it so that it can be continued. */
export function tuneWithProgress(network: Network, settings: TuneSettings): Promise<TuneEnd> {
  const interruption = stopOnInterrupt('the network under way');
  return withProgress((show) =>
    tuneNetwork(network, {
      ...settings,
      command: commandLine(),
      signal: interruption.signal,
      onNotice: printNotice,
      onProgress: ({ stage, done, total, frontier, workers }) =>
        show({ ...stages[stage], done, total, note: describe(frontier, workers) }),
    }),
  ).finally(() => interruption.end());
}

function describe(frontier: readonly TuningPoint[], workers: string | undefined): string {
  const shown = frontier.slice(-3).map((point) => {
    const agreement = (100 * point.measured.agreement).toFixed(0);
    return `${agreement} % agree at ${ratioOf(point).toFixed(2)}`;
  });
  const said = [...(shown.length > 0 ? [`so far ${shown.join(', ')}`] : []), ...(workers ? [workers] : [])];
  return said.length > 0 ? `(${said.join('; ')})` : '';
}
