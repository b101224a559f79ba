import { CommanderError } from 'commander';
import pc from 'picocolors';
import { OutOfMemoryError, TranspikeError, UsageError } from '../errors.ts';
import { shortageError, shortageOf } from '../shortage.ts';
import { errorDocument } from './error-document.ts';
import { flags } from './flags.ts';
import { tell } from './status-line.ts';
import { Stopped, stopCode } from './stop-on-interrupt.ts';
import { verbosity } from './verbosity.ts';

/** Exit codes of the command line. */
export const exitCodes = { failure: 1, usage: 2, interrupted: 130 } as const;

/**
 * Prints an error to the standard error stream and sets the exit code. Only unexpected errors show a stack, or all where much is to be
 * told.
 *
 * @param asJson whether to print it as a document on the standard output, too
 */
export function reportError(thrown: unknown, asJson = false): void {
  const error = asShortage(thrown);
  const exitCode = exitCodeOf(error);
  process.exitCode = exitCode;
  if (asJson && exitCode !== 0) console.log(JSON.stringify(errorDocument(error, exitCode), null, 2));
  // The parser has printed its own.
  if (error instanceof CommanderError) return;
  if (error instanceof Stopped) tell(error.message);
  else if (error instanceof TranspikeError) {
    tell(`${pc.red('error:')} ${withFlags(error)}`);
    if (verbosity() === 'verbose') tell(error.stack ?? '');
  } else {
    tell(`${pc.red('unexpected error:')} ${error instanceof Error ? error.stack : String(error)}`);
    tell('This is a fault of Transpike. Please report it with the command that led to it.');
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof Stopped) return stopCode() ?? exitCodes.interrupted;
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
  return error instanceof UsageError ? exitCodes.usage : exitCodes.failure;
}

/** What ran out, where that is behind an error: neither a file nor this program is to blame. */
function asShortage(error: unknown): unknown {
  const resource = shortageOf(error);
  if (!resource || error instanceof OutOfMemoryError) return error;
  return shortageError(placeOf(error), resource, error);
}

function placeOf(error: unknown): string {
  if (error instanceof TranspikeError && error.where !== undefined) return error.where;
  const { path, syscall } = error as NodeJS.ErrnoException;
  return path ?? (syscall === 'write' ? 'output' : 'transpike');
}

/** The message, with the flags that the remedy is done with before its final full stop. */
export function withFlags({ message, means }: TranspikeError): string {
  if (means.length === 0) return message;
  return `${message.replace(/\.$/, '')} (${means.map((each) => flags[each]).join(', ')}).`;
}
