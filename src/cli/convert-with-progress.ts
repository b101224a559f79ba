import { type ConvertedNetwork, type ConvertSettings, convertNetwork } from '../jobs/convert-network.ts';
import type { Network } from '../opening/open-network.ts';
import { printNotice } from './print-notice.ts';
import { stopOnInterrupt } from './stop-on-interrupt.ts';
import { withProgress } from './with-progress.ts';

/** Converts a network, showing progress; the first Ctrl-C stops it before the next batch. */
export async function convertWithProgress(
  network: Network,
  settings: ConvertSettings,
): Promise<ConvertedNetwork> {
  const { signal, end } = stopOnInterrupt('the images under way');
  try {
    const converted = await withProgress((show) =>
      convertNetwork(network, {
        ...settings,
        signal,
        onNotice: printNotice,
        onProgress: ({ stage, done, total }) =>
          show({
            label: 'calibrating',
            done,
            total,
            unit: 'images',
            note: stage === 'calibrating' ? '' : `(${stage})`,
          }),
      }),
    );
    // After the last batch nobody asks any more.
    signal.throwIfAborted();
    return converted;
  } finally {
    end();
  }
}
