import type { TokenInputs } from '../analysis/token-inputs.ts';
import type { TextTokenizer } from './text-tokenizer.ts';

/** The token that fills rows up. Where the embeddings have no row for it any other does, since the mask hides it. */
export function paddingToken(
  { vocabulary }: Pick<TokenInputs, 'vocabulary'>,
  { settings: { padding } }: Pick<TextTokenizer, 'settings'>,
): number {
  return padding < vocabulary ? padding : 0;
}
