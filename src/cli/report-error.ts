import { CommanderError } from 'commander';
import pc from 'picocolors';
import { OutOfMemoryError, TranspikeError, UsageError } from '../errors.ts';
import { shortageError, shortageOf } from '../shortage.ts';
import { flags } from './flags.ts';
import { Stopped } from './stop-on-interrupt.ts';

/** Exit codes of the command line. */
export const exitCodes = { failure: 1, usage: 2, interrupted: 130 } as const;

/** Prints an error to the standard error stream and sets the exit code. Only unexpected errors show a stack. */
export function reportError(thrown: unknown): void {
  const error = asShortage(thrown);
  if (error instanceof Stopped) {
    process.exitCode = exitCodes.interrupted;
    console.error(error.message);
    return;
  }
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : exitCodes.usage;
    return;
  }
  process.exitCode = error instanceof UsageError ? exitCodes.usage : exitCodes.failure;
  if (error instanceof TranspikeError) {
    console.error(`${pc.red('error:')} ${withFlags(error)}`);
  } else {
    console.error(`${pc.red('unexpected error:')} ${error instanceof Error ? error.stack : String(error)}`);
    console.error('This is a fault of Transpike. Please report it with the command that led to it.');
  }
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
