import { afterEach, describe, expect, it, vi } from 'vitest';
import { barLine, duration, remaining, showPhase, showProgress } from './progress.ts';
import { tell } from './status-line.ts';
import { chooseVerbosity } from './verbosity.ts';

const state = { label: 'evaluating', total: 500, unit: 'images', note: '' };

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
  chooseVerbosity('normal');
});

describe('a progress bar', () => {
  it('says nothing about the time that is left before anything was done, nor at the end', () => {
    expect(barLine({ ...state, done: 0, left: remaining(0, 500, 1000) })).toBe(
      'evaluating ░░░░░░░░░░░░░░░░░░░░ 0/500 images',
    );
    expect(barLine({ ...state, done: 500, left: remaining(500, 0, 1000) })).toBe(
      'evaluating ████████████████████ 500/500 images',
    );
  });

  it('times a resumed run from where it resumes', () => {
    // 50 of 450 images in 10 s: the other 400 take 80 s.
    expect(barLine({ ...state, done: 100, left: remaining(50, 400, 10_000) })).toBe(
      'evaluating ████░░░░░░░░░░░░░░░░ 100/500 images · 1 min 20 s left',
    );
  });

  it('fits into 80 columns beside a time and a note', () => {
    const line = barLine({ ...state, done: 499, left: 35_999, note: '(12 left out)' });
    expect(line.length).toBeLessThan(80);
  });

  it.each([
    [0.4, '< 1 s'],
    [59.4, '59 s'],
    [59.6, '1 min 0 s'],
    [3700, '1 h 1 min'],
  ])('says %d seconds as %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });

  it('is drawn over, and what is told in between stands on a line of its own', () => {
    const written = onTerminal();
    const progress = showProgress('evaluating', 4, 'images');
    progress.update(1);
    tell('stopping after the batches under way');
    progress.update(2);
    progress.stop();
    const screen = written
      .join('')
      .split('\n')
      .map((line) => line.split('\r\u001b[K').at(-1));
    expect(screen).toEqual([
      'stopping after the batches under way',
      expect.stringMatching(/^evaluating █{10}░{10} 2\/4 images · < 1 s left$/),
      '',
    ]);
  });

  it('is not there where quiet is wanted', () => {
    const written = onTerminal();
    chooseVerbosity('quiet');
    const progress = showProgress('evaluating', 4, 'images');
    progress.update(1);
    progress.stop();
    expect(written).toEqual([]);
  });
});

describe('a phase', () => {
  it('stands on the last line of a terminal as long as it lasts', () => {
    const written = onTerminal();
    const phase = showPhase('loading the networks');
    expect(written.join('')).toBe('\r\u001b[Kloading the networks …');
    phase.stop();
    expect(written.join('').endsWith('\r\u001b[K')).toBe(true);
  });

  it('is told on a plain line elsewhere, if it takes more than two seconds', () => {
    vi.useFakeTimers();
    const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const short = showPhase('summing up');
    vi.advanceTimersByTime(1999);
    short.stop();
    showPhase('diagnosing');
    vi.advanceTimersByTime(2000);
    expect(said.mock.calls).toEqual([['diagnosing …']]);
  });
});

/** What is written to a standard error stream that is a terminal. */
function onTerminal(): string[] {
  const written: string[] = [];
  const write = (text: string) => written.push(text);
  vi.stubGlobal(
    'process',
    Object.create(process, { stderr: { value: { isTTY: true, columns: 80, write } } }),
  );
  return written;
}
