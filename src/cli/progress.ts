import { Presets, SingleBar } from 'cli-progress';

/** Shows how far a piece of work has come, on the standard error stream. */
export interface Progress {
  update(done: number, note?: string): void;
  stop(): void;
}

/** Seconds between two plain lines. */
const plainInterval = 5;

/**
 * A bar with the remaining time on a terminal, a plain line every few seconds elsewhere.
 *
 * @param label what is being done
 * @param total number of units; 0 when unknown
 * @param unit what is counted, in the plural
 */
export function showProgress(label: string, total: number, unit: string): Progress {
  return process.stderr.isTTY && total > 0 ? bar(label, total, unit) : plainLines(label, total, unit);
}

function bar(label: string, total: number, unit: string): Progress {
  const format = `${label} {bar} {value}/{total} ${unit} · {eta_formatted} left {note}`;
  const made = new SingleBar(
    { format, stream: process.stderr, etaBuffer: 50, hideCursor: true, clearOnComplete: false },
    Presets.shades_classic,
  );
  made.start(total, 0, { note: '' });
  return {
    update: (done, note = '') => made.update(done, { note }),
    stop: () => made.stop(),
  };
}

function plainLines(label: string, total: number, unit: string): Progress {
  let last = performance.now();
  const line = (done: number, note: string) =>
    console.error(`${label}: ${done}${total > 0 ? `/${total}` : ''} ${unit}${note ? ` ${note}` : ''}`);
  let latest: [number, string] | undefined;
  return {
    update(done, note = '') {
      latest = [done, note];
      if (performance.now() - last < plainInterval * 1000) return;
      last = performance.now();
      line(...latest);
      latest = undefined;
    },
    stop() {
      if (latest) line(...latest);
    },
  };
}
