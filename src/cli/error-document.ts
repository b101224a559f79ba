import { CommanderError } from 'commander';
import { type ErrorKind, messageOf, TranspikeError } from '../errors.ts';
import { flags } from './flags.ts';
import { Stopped } from './stop-on-interrupt.ts';

/** What stands on the standard output instead of results where `--json` was given and a command came to no end. */
export interface ErrorDocument {
  readonly error: {
    readonly kind: ErrorKind | 'stopped' | 'unexpected';
    readonly message: string;
    readonly where?: string | undefined;
    readonly expected?: string | undefined;
    readonly got?: string | undefined;
    readonly remedy?: string | undefined;
    /** Options with which the remedy is done. */
    readonly flags?: readonly string[];
    /** One line each where there are several. */
    readonly problems?: readonly string[];
  };
  readonly exitCode: number;
}

/** An error as a document. @param exitCode that the command ends with */
export function errorDocument(error: unknown, exitCode: number): ErrorDocument {
  const message = messageOf(error);
  if (error instanceof Stopped) return { error: { kind: 'stopped', message }, exitCode };
  if (error instanceof CommanderError)
    return { error: { kind: 'usage', message: message.replace(/^error: /, '') }, exitCode };
  if (!(error instanceof TranspikeError)) return { error: { kind: 'unexpected', message }, exitCode };
  const { kind, where, expected, got, remedy, problems, means } = error;
  return {
    error: {
      kind,
      message,
      where,
      expected,
      got,
      remedy,
      ...(means.length > 0 && { flags: means.map((each) => flags[each]) }),
      ...(problems.length > 0 && { problems }),
    },
    exitCode,
  };
}
