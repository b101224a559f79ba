import type { Notice, NoticeKind } from '../jobs/notice.ts';
import { flags } from './flags.ts';
import { mention } from './mention.ts';
import { tell } from './status-line.ts';

/** Notices that only tell; all others are warnings. */
const plain: readonly NoticeKind[] = ['few-workers', 'resumed', 'other-steps', 'tokens', 'queue'];

/** Prints a notice to the standard error stream, with the flags that help. */
export function printNotice({ kind, message, means = [] }: Notice): void {
  const help = means.length > 0 ? ` (${means.map((each) => flags[each]).join(', ')})` : '';
  if (plain.includes(kind)) mention(`${message}${help}`);
  else tell(`warning: ${message}${help}`);
}
