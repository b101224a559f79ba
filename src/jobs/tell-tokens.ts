import type { Inputs } from '../opening/inputs.ts';
import type { JobListener } from './notice.ts';

/** Tells what became of the texts of a data set, if it has any. */
export function tellTokens({ tokens: facts }: Inputs, { onNotice }: JobListener): void {
  if (!facts) return;
  const { texts, length, tokens, cut, cutSide, paddingSide } = facts;
  const mean = (tokens / texts).toFixed(1);
  const padded = tokens < texts * length ? `, padded on the ${paddingSide} from ${mean} on average` : '';
  const shortened = cut > 0 ? `; ${cut} were longer and cut on the ${cutSide}` : '';
  onNotice?.({ kind: 'tokens', message: `${texts} texts of ${length} tokens${padded}${shortened}` });
}
