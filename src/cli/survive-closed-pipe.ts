import type { Writable } from 'node:stream';

/**
 * Lets a command finish its work when nobody reads its output any more, as in `transpike evaluate … | head`: files are
 * still written, and what would have been printed is lost.
 */
export function surviveClosedPipe(output: Writable): void {
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
