import { bootstrap } from '../metrics/bootstrap.ts';
import { compareTokenRows } from '../metrics/token-rows.ts';
import { defineTask } from './define-task.ts';
import { requireTargetShape } from './require-target-shape.ts';

/**
 * Networks that say the next token at every token. A judgement has the tokens that count, those whose best next token is the source network's, the
 * sum of the divergences from the source network's probabilities, and of the tokens whose next one is known how many there are, the sum of
 * −ln p(next token), and those that are right. Targets are the numbers of the next tokens; where one is below 0, as at padding, a token counts nowhere.
 *
 * Perplexity is exp(Σ −ln p(next token) / tokens) over all texts.
 */
export const nextToken = defineTask({
  name: 'next-token',
  summary: 'scores of the next token at every token, [N, L, vocabulary]',
  // Networks that fill in hidden tokens have the same shape; that later tokens change nothing tells.
  recognises: () => false,
  fits: (image) => image.length >= 2 && image.at(-1)! > 1 && !image.includes(0),
  judge({ own, source, target }) {
    const vocabulary = own.shape.at(-1)!;
    const next = target && requireTargetShape(target, own.shape.slice(0, -1));
    const sums = [0, 0, 0, 0, 0, 0] as [number, number, number, number, number, number];
    for (let i = 0; i * vocabulary < own.data.length; i++) {
      const right = next?.[i];
      if (right !== undefined && right < 0) continue;
      const from = i * vocabulary;
      const { agrees, divergence, best, logSum } = compareTokenRows(own.data, source.data, from, vocabulary);
      sums[0]++;
      sums[1] += Number(agrees);
      sums[2] += divergence;
      if (right === undefined) continue;
      sums[3]++;
      sums[4] += logSum - own.data[from + right]!;
      sums[5] += Number(best === right);
    }
    return sums;
  },
  divergence: ([, , nats = 0]) => nats,
  distribution: (image) => image.at(-1)!,
  measure: (images) =>
    bootstrap(
      images.map(({ own }) => own),
      (rows) => {
        const nats = ratio(rows, 4, 3);
        return {
          perplexity: nats === null ? null : Math.exp(nats),
          agreement: ratio(rows, 1, 0),
          accuracy: ratio(rows, 5, 3),
          divergence: ratio(rows, 2, 0),
        };
      },
    ),
  figures: {
    perplexity: {
      title: 'perplexity',
      meaning: 'exp of the mean of −ln p(next token)',
      against: 'target',
      main: true,
    },
    agreement: {
      title: 'agreement',
      meaning: 'tokens whose best next token is the source network’s',
      against: 'source',
      percent: true,
      main: true,
    },
    accuracy: {
      title: 'accuracy',
      meaning: 'tokens whose best next token is the one that follows',
      against: 'target',
      percent: true,
    },
    divergence: {
      title: 'divergence',
      meaning: 'from the source network’s probabilities, nats a token',
      against: 'source',
    },
  },
  quality: ({ accuracy }) => accuracy.value,
  likeness: ({ agreement }) => agreement.value,
  names: { quality: 'next-token accuracy', likeness: 'next-token agreement' },
});

function ratio(rows: readonly (readonly number[])[], part: number, whole: number): number | null {
  let [some, all] = [0, 0];
  for (const row of rows) {
    some += row[part]!;
    all += row[whole]!;
  }
  return all > 0 ? some / all : null;
}
