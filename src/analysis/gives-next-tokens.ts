import type { Model } from '../graph/model.ts';
import { logitsOf } from './logits-of.ts';
import { tokenInputs } from './token-inputs.ts';

/**
 * Whether a network has the shape of one that says the next token at every token: its output is [batch, tokens, vocabulary]. Networks that fill in hidden
 * tokens have it, too; they differ in that they look ahead.
 */
export function givesNextTokens(model: Model): boolean {
  const vocabulary = tokenInputs(model.graph)?.vocabulary;
  const { shape } = logitsOf(model);
  // A spiking network has its time-steps in front.
  const isSequence = shape?.length === 3 || shape?.length === 4;
  return vocabulary !== undefined && isSequence && shape.at(-1) === vocabulary;
}
