import { drawStatus, endStatus, eraseStatus, tell } from './status-line.ts';
import { verbosity } from './verbosity.ts';

/** Shows how far a piece of work has come, on the standard error stream. */
export interface Progress {
  update(done: number, note?: string): void;
  stop(): void;
}

/** Seconds between two plain lines. */
const plainInterval = 5;

/** Milliseconds after which a phase is told on a plain line. */
const phaseDelay = 2000;

/** Milliseconds between two drawings of a bar. */
const barInterval = 100;

/** Characters of a bar. */
const barWidth = 20;

const silent: Progress = { update: () => undefined, stop: () => undefined };

/**
 * A bar with the remaining time on a terminal, a plain line every few seconds elsewhere, nothing where that is wanted. Work that begins
 * in its midst, as a resumed run does, is timed from there.
 *
 * @param label what is being done
 * @param total number of units; 0 when unknown
 * @param unit what is counted, in the plural
 */
export function showProgress(label: string, total: number, unit: string): Progress {
  if (verbosity() === 'quiet') return silent;
  return process.stderr.isTTY && total > 0 ? bar(label, total, unit) : plainLines(label, total, unit);
}

/**
 * Says what is being done where nothing is counted: at once on a terminal, on a plain line elsewhere if it takes more than two seconds,
 * not at all where nothing is wanted.
 */
export function showPhase(label: string): Progress {
  if (verbosity() === 'quiet') return silent;
  if (process.stderr.isTTY) {
    drawStatus(`${label} …`);
    return { update: () => undefined, stop: eraseStatus };
  }
  const timer = setTimeout(() => tell(`${label} …`), phaseDelay).unref();
  return { update: () => undefined, stop: () => clearTimeout(timer) };
}

function bar(label: string, total: number, unit: string): Progress {
  const begin = performance.now();
  let first: number | undefined;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let latest = '';
  return {
    update(done, note = '') {
      first ??= done;
      const now = performance.now();
      const left = remaining(done - first, total - done, now - begin);
      latest = barLine({ label, done, total, unit, left, note });
      if (now - drawnAt < barInterval) return;
      drawnAt = now;
      drawStatus(latest);
    },
    stop() {
      if (latest !== '') drawStatus(latest);
      endStatus();
    },
  };
}

/** Seconds that the rest will take; `undefined` before anything was done. */
export function remaining(done: number, rest: number, milliseconds: number): number | undefined {
  if (rest <= 0) return 0;
  return done <= 0 ? undefined : (milliseconds / 1000 / done) * rest;
}

/** What a bar shows. */
interface BarState {
  readonly label: string;
  readonly done: number;
  readonly total: number;
  readonly unit: string;
  /** Seconds. */
  readonly left: number | undefined;
  readonly note: string;
}

/** A bar as text. */
export function barLine({ label, done, total, unit, left, note }: BarState): string {
  const full = Math.round((barWidth * Math.min(done, total)) / total);
  const drawn = `${'█'.repeat(full)}${'░'.repeat(barWidth - full)}`;
  const time = left === undefined || left === 0 ? '' : ` · ${duration(left)} left`;
  return `${label} ${drawn} ${done}/${total} ${unit}${time}${note && ` ${note}`}`;
}

/** 95 seconds as `1 min 35 s`. */
export function duration(seconds: number): string {
  if (seconds < 1) return '< 1 s';
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes} min ${whole % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function plainLines(label: string, total: number, unit: string): Progress {
  let last = performance.now();
  const line = (done: number, note: string) =>
    tell(`${label}: ${done}${total > 0 ? `/${total}` : ''} ${unit}${note ? ` ${note}` : ''}`);
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
