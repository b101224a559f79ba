import type { Random } from '../random.ts';

/** How a token is chosen from the scores of all. */
export interface Sampling {
  /** Scores are divided by it before the softmax; 0: always the best token. */
  readonly temperature: number;
  /** Only so many of the best tokens. Default: all. */
  readonly topK?: number | undefined;
  /** Only the fewest of the best tokens whose probabilities add up to this, in (0, 1]. Default: all. */
  readonly topP?: number | undefined;
}

/**
 * Chooses a token: the best one (of equal scores the lower), or one drawn from the softmax of the scores over the temperature, among the `topK` best,
 * and of these among the nucleus of `topP` (Holtzman, Buys, Du, Forbes, Choi: The Curious Case of Neural Text Degeneration, ICLR 2020,
 * arXiv:1904.09751). One number is drawn for each token, whatever the settings.
 */
export function chooseToken(scores: Float32Array, sampling: Sampling, random: Random): number {
  const { temperature, topK = scores.length, topP = 1 } = sampling;
  const draw = random.uniform();
  if (temperature === 0) return bestToken(scores);
  const ranked = rankedTokens(scores, topK);
  const most = scores[ranked[0]!]!;
  const weights = ranked.map((token) => Math.exp((scores[token]! - most) / temperature));
  const total = sum(weights);
  const count = nucleus(weights, topP * total);
  let left = draw * sum(weights.slice(0, count));
  for (let i = 0; i < count; i++) {
    left -= weights[i]!;
    if (left < 0) return ranked[i]!;
  }
  return ranked[count - 1]!;
}

/** The token with the largest score; of equal ones the lower. */
export function bestToken(scores: Float32Array): number {
  let best = 0;
  for (let i = 1; i < scores.length; i++) if (scores[i]! > scores[best]!) best = i;
  return best;
}

/** The tokens with the largest scores, best first. */
function rankedTokens(scores: Float32Array, count: number): number[] {
  const tokens = Array.from(scores.keys());
  tokens.sort((a, b) => scores[b]! - scores[a]! || a - b);
  return tokens.slice(0, Math.max(1, count));
}

/** How many of the largest weights it takes to reach a sum. */
function nucleus(weights: readonly number[], wanted: number): number {
  let reached = 0;
  for (const [i, weight] of weights.entries()) {
    reached += weight;
    if (reached >= wanted) return i + 1;
  }
  return weights.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
