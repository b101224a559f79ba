import { describe, expect, it } from 'vitest';
import { initialState } from '../../dynamics/initial-state.ts';
import type { Ladder } from '../../dynamics/ladder.ts';
import { fc } from '../../properties.fixture.ts';
import { ladderCodings, ladderFamilies } from './ladder-families.ts';
import { LadderSimulator } from './ladder-simulator.ts';

describe('LadderSimulator', () => {
  it('does what the reference step of the neuron does', () => {
    const number = fc.double({ min: 0.01, max: 3, noNaN: true });
    fc.assert(
      fc.property(
        fc.constantFrom(...ladderCodings),
        fc.constantFrom(...ladderFamilies),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 4 }),
        fc.record({ positive: number, negative: number, deadZone: number }),
        fc.double({ min: -20, max: 20, noNaN: true }),
        ({ neuron, differential, parameters }, { base }, levels, steps, setting, value) => {
          const ladder: Ladder = { base, levels, rule: 'nearest' };
          const simulator = new LadderSimulator(ladder, [{ value, count: 3 }]);
          const { error, bias, spikes } = simulator.run(setting, steps, differential);
          let fired = 0;
          const given = parameters(setting.positive, setting.negative, setting.deadZone, 1);
          const state = initialState(neuron, given, ladder);
          for (let t = 1; t <= steps; t++) {
            if (neuron.step({ mean: value, t }, state, given, ladder) !== 0) fired++;
          }
          expect(spikes).toBe(fired);
          expect(bias).toBeCloseTo(neuron.decode(state, steps) - value, 9);
          expect(error).toBeCloseTo((neuron.decode(state, steps) - value) ** 2, 9);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
