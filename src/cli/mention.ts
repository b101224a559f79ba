import { tell } from './status-line.ts';
import { verbosity } from './verbosity.ts';

/** Tells what is good to know and no warning, unless quiet is wanted. */
export function mention(text: string): void {
  if (verbosity() !== 'quiet') tell(text);
}
