import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import { chooseToken, type Sampling } from './choose-token.ts';

const scores = Float32Array.from([0.1, 0.5, 0.25, 0.15], Math.log);

/** Shares of the tokens among many draws. */
function shares(sampling: Sampling, draws = 20_000): number[] {
  const random = new Random(5);
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < draws; i++) counts[chooseToken(scores, sampling, random)]!++;
  return counts.map((count) => count / draws);
}

/** Five standard deviations of a share. */
const close = (share: number) => 5 * Math.sqrt((share * (1 - share)) / 20_000) + 1e-9;

function expectShares(sampling: Sampling, wanted: readonly number[]): void {
  for (const [i, share] of shares(sampling).entries()) {
    expect(Math.abs(share - wanted[i]!)).toBeLessThanOrEqual(close(wanted[i]!));
  }
}

describe('the token that is chosen', () => {
  it('is the best one at temperature 0, of equal ones the lower', () => {
    expect(shares({ temperature: 0 }, 10)).toEqual([0, 1, 0, 0]);
    expect(chooseToken(Float32Array.of(1, 3, 3), { temperature: 0 }, new Random(1))).toBe(1);
  });

  it('is drawn from the softmax of the scores over the temperature', () => {
    expectShares({ temperature: 1 }, [0.1, 0.5, 0.25, 0.15]);
    const squares = [0.01, 0.25, 0.0625, 0.0225].map((each) => each / 0.345);
    expectShares({ temperature: 0.5 }, squares);
  });

  it('is among the best, and among those that reach a probability', () => {
    expectShares({ temperature: 1, topK: 2 }, [0, 2 / 3, 1 / 3, 0]);
    expectShares({ temperature: 1, topP: 0.6 }, [0, 2 / 3, 1 / 3, 0]);
    expectShares({ temperature: 1, topP: 0.5 }, [0, 1, 0, 0]);
    expectShares({ temperature: 1, topK: 3, topP: 0.9 }, [0, 5 / 9, 2.5 / 9, 1.5 / 9]);
  });

  it('takes one number of the generator, whatever the settings', () => {
    const nextBits = (sampling: Sampling) => {
      const random = new Random(3);
      chooseToken(scores, sampling, random);
      return random.bits();
    };
    expect(nextBits({ temperature: 0 })).toBe(nextBits({ temperature: 2, topK: 2, topP: 0.3 }));
  });
});
