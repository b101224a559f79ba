import { expect, it } from 'vitest';
import { fc } from '../properties.fixture.ts';
import { fireOnLadder, firingBoundaries, type Ladder, ladderLevels, ladderThresholds } from './ladder.ts';

const ladders = fc.record({
  levels: fc.integer({ min: 1, max: 45 }),
  base: fc.constantFrom(2, Math.fround(Math.SQRT2), Math.fround(2 ** 0.25), 1.07, 3),
  rule: fc.constantFrom('floor', 'nearest'),
} satisfies Record<keyof Ladder, unknown>);

/** The definition word for word: all levels are tried, from the top. */
function scan(potential: number, threshold: number, deadZone: number, ladder: Ladder): number {
  if (potential - threshold + (threshold - deadZone * threshold) < 0) return 0;
  const fits = (level: number) =>
    potential - level + (ladder.rule === 'floor' ? threshold / 2 : (level - level / ladder.base) / 2) >= 0;
  const levels = ladderLevels(ladder).map((level) => threshold * level);
  return levels.slice(1).findLast(fits) ?? threshold;
}

it('fires what trying all levels from the top finds, at ties, in the dead zone and beyond the ladder, too', () => {
  const number = fc.double({ min: 1e-6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(
      ladders,
      number,
      fc.constantFrom(0, 0.1, 0.5, 1, 7),
      number,
      fc.nat(),
      (ladder, threshold, deadZone, free, n) => {
        const ties = [deadZone, ...firingBoundaries(ladder)].map((ratio) => ratio * threshold);
        const tie = ties[n % ties.length]!;
        const parameters = ladderThresholds(threshold, 2 * threshold, deadZone);
        for (const potential of [free, tie, tie * (1 + 2 ** -52), tie * (1 - 2 ** -53)]) {
          if (potential === 0) continue;
          const fired = fireOnLadder(potential, parameters, ladder);
          expect(fired).toBe(scan(potential, threshold, deadZone, ladder));
          const mirrored = fireOnLadder(-potential, parameters, ladder);
          expect(mirrored).toBe(-scan(potential, 2 * threshold, deadZone, ladder));
        }
      },
    ),
    { numRuns: 3000 },
  );
});
