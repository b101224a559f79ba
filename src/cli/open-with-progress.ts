import type { DownloadProgress } from '../hub/fetch-from-hub.ts';
import { type Network, type OpenOptions, openNetwork } from '../opening/open-network.ts';
import { modelAt } from './bundled.ts';
import { withProgress } from './with-progress.ts';

/** Opens a network, also one that comes with the package by its name; for one of the hub it says under which licence, and shows how the download goes. */
export async function openWithProgress(path: string, options: OpenOptions): Promise<Network> {
  let licensed = false;
  return withProgress((show) => {
    const onDownload = ({ repository, commit, licence, done, total }: DownloadProgress) => {
      if (!licensed) console.error(`${repository}@${commit.slice(0, 7)}: licence ${licence ?? 'not stated'}`);
      licensed = true;
      if (done > 0)
        show({
          label: `downloading ${repository}`,
          done: megabytes(done),
          total: megabytes(total),
          unit: 'MB',
        });
    };
    return openNetwork(modelAt(path), { ...options, onDownload });
  });
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 1e6);
}
