import { afterEach, expect, it, vi } from 'vitest';
import type { PhaseName } from '../../results/phase.ts';
import { PhaseClock } from './phase-clock.ts';

afterEach(() => vi.restoreAllMocks());

it('says of every phase how long it took, until the next one begins', () => {
  let now = 1000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const begun: PhaseName[] = [];
  const clock = new PhaseClock((name) => begun.push(name));
  clock.begin('loading');
  now += 250;
  clock.begin('images');
  now += 4000;
  expect(clock.end()).toEqual([
    { name: 'loading', seconds: 0.25 },
    { name: 'images', seconds: 4 },
  ]);
  now += 500;
  expect(clock.end()).toHaveLength(2);
  expect(begun).toEqual(['loading', 'images']);
});
