import '../workers/install.ts';
import { useExtensions } from '../extensions/load-extensions.ts';
import { extensionsOf } from './extensions-of.ts';
import { wantsPlainCharacters, writePlainCharacters } from './plain-characters.ts';
import { createProgram } from './program.ts';
import { exitCodes, reportError } from './report-error.ts';
import { stopCode } from './stop-on-interrupt.ts';
import { surviveClosedPipe } from './survive-closed-pipe.ts';

/** Does what the command line says, and sets the exit code. */
export async function runProgram(): Promise<void> {
  surviveClosedPipe(process.stdout);
  // Where not even errors can be told, the work goes on.
  process.stderr.on('error', () => undefined);
  const report = (error: unknown) => reportError(error, wantsJson(process.argv.slice(2)));
  process.on('uncaughtException', (error) => {
    report(error);
    process.exit();
  });
  if (wantsPlainCharacters(process.env)) speakPlainly();
  await start().catch(report);
  if (process.exitCode === exitCodes.interrupted) process.exitCode = stopCode() ?? exitCodes.interrupted;
}

/** What extensions add is there before the commands are made, which name it among their choices. */
async function start(): Promise<void> {
  await useExtensions(extensionsOf(process.argv.slice(2)));
  await (await createProgram(process.argv[2])).parseAsync();
}

/** What is for other programs stays as it is. */
function speakPlainly(): void {
  writePlainCharacters(process.stderr);
  const given = process.argv.slice(2);
  if (!wantsJson(given) && !given.some((each) => /^--format(=|$)/.test(each)))
    writePlainCharacters(process.stdout);
}

/** Whether results are wanted as JSON, known before the command line is understood. */
function wantsJson(given: readonly string[]): boolean {
  const end = given.indexOf('--');
  return (end < 0 ? given : given.slice(0, end)).includes('--json');
}
