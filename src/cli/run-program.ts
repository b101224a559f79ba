import '../workers/install.ts';
import { createProgram } from './program.ts';
import { exitCodes, reportError } from './report-error.ts';
import { stopCode } from './stop-on-interrupt.ts';
import { surviveClosedPipe } from './survive-closed-pipe.ts';

/** Does what the command line says, and sets the exit code. */
export async function runProgram(): Promise<void> {
  surviveClosedPipe(process.stdout);
  // Where not even errors can be told, the work goes on.
  process.stderr.on('error', () => undefined);
  process.on('uncaughtException', (error) => {
    reportError(error);
    process.exit();
  });
  await createProgram().parseAsync().catch(reportError);
  if (process.exitCode === exitCodes.interrupted) process.exitCode = stopCode() ?? exitCodes.interrupted;
}
