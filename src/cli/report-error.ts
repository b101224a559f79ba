import { CommanderError } from 'commander';
import pc from 'picocolors';
import { TranspikeError, UsageError } from '../errors.ts';

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
    console.error(`${pc.red('error:')} ${error.message}`);
  } else {
    console.error(`${pc.red('unexpected error:')} ${error instanceof Error ? error.stack : String(error)}`);
    console.error('This is a fault of Transpike. Please report it with the command that led to it.');
  }
}
