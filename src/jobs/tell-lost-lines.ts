import type { JobListener } from './notice.ts';

/** Tells which lines of a journal are left out: what they held is done again. @param path of the journal */
export function tellLostLines(path: string, lost: readonly number[], { onNotice }: JobListener): void {
  if (lost.length === 0) return;
  const shown = lost.slice(0, 10).join(', ') + (lost.length > 10 ? ` and ${lost.length - 10} more` : '');
  const lines = lost.length === 1 ? `line ${shown}` : `lines ${shown}`;
  const message = `${path}: ${lines} left out, damaged, repeated or not of this run; what is missing is done again`;
  onNotice?.({ kind: 'damaged-record', message });
}
