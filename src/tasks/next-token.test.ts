import { describe, expect, it } from 'vitest';
import { nextToken } from './next-token.ts';

const scores = (...rows: number[][]) => ({ shape: [rows.length, 2], data: Float32Array.from(rows.flat()) });
const target = (...tokens: number[]) => ({ shape: [tokens.length], data: Float32Array.from(tokens) });
/** Scores whose probabilities are these. */
const shares = (...rows: number[][]) => scores(...rows.map((row) => row.map(Math.log)));

describe('the next token', () => {
  it('counts where it is known: perplexity, agreement, accuracy and divergence of two tokens', () => {
    const [own, source] = [
      shares([0.25, 0.75], [0.5, 0.5], [0.9, 0.1]),
      shares([0.5, 0.5], [0.5, 0.5], [0.1, 0.9]),
    ];
    const judged = nextToken.judge({ own, source, target: target(1, 0, -1) });
    const { perplexity, agreement, accuracy, divergence } = nextToken.measure([
      { own: judged, source: judged },
    ]);
    expect(perplexity.value).toBeCloseTo(Math.sqrt(1 / 0.75 / 0.5), 6);
    expect([agreement.value, accuracy.value]).toEqual([0.5, 1]);
    expect(divergence.value).toBeCloseTo((0.5 * Math.log(2) + 0.5 * Math.log(2 / 3)) / 2, 6);
    expect(nextToken.divergence?.(judged)).toBeCloseTo(2 * divergence.value!, 9);
  });

  it('has no perplexity where nothing says what follows', () => {
    const own = shares([0.25, 0.75]);
    const judged = nextToken.judge({ own, source: own });
    const figures = nextToken.measure([{ own: judged, source: judged }]);
    expect([figures.perplexity.value, figures.accuracy.value, figures.agreement.value]).toEqual([
      null,
      null,
      1,
    ]);
  });

  it('weighs texts by their tokens', () => {
    const long = nextToken.judge({
      own: shares([0.5, 0.5], [0.5, 0.5], [0.5, 0.5]),
      source: shares([0.5, 0.5], [0.5, 0.5], [0.5, 0.5]),
      target: target(0, 0, 0),
    });
    const short = nextToken.judge({
      own: shares([0.125, 0.875]),
      source: shares([0.125, 0.875]),
      target: target(0),
    });
    const { perplexity } = nextToken.measure([long, short].map((own) => ({ own, source: own })));
    expect(perplexity.value).toBeCloseTo(2 ** ((3 * 1 + 3) / 4), 6);
  });
});
