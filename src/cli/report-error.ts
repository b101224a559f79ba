import { CommanderError } from 'commander';
import pc from 'picocolors';
import { TranspikeError, UsageError } from '../errors.ts';
import { flags } from './flags.ts';

/** Exit codes of the command line. */
export const exitCodes = { failure: 1, usage: 2, interrupted: 130 } as const;

/** Prints an error to the standard error stream and sets the exit code. Only unexpected errors show a stack. */
export function reportError(error: unknown): void {
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

/** The message, with the flags that the remedy is done with before its final full stop. */
export function withFlags({ message, means }: TranspikeError): string {
  if (means.length === 0) return message;
  return `${message.replace(/\.$/, '')} (${means.map((each) => flags[each]).join(', ')}).`;
}
