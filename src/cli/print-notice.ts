import type { Notice, NoticeKind } from '../jobs/notice.ts';
import { flags } from './flags.ts';

/** Notices that only tell; all others are warnings. */
const plain: readonly NoticeKind[] = ['few-workers', 'resumed', 'other-steps'];

/** Prints a notice to the standard error stream, with the flags that help. */
export function printNotice({ kind, message, means = [] }: Notice): void {
  const help = means.length > 0 ? ` (${means.map((each) => flags[each]).join(', ')})` : '';
  console.error(`${plain.includes(kind) ? '' : 'warning: '}${message}${help}`);
}
