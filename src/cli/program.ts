import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { compareCommand } from './commands/compare-command.ts';
import { convertCommand } from './commands/convert-command.ts';
import { demoCommand } from './commands/demo-command.ts';
import { diagnoseCommand } from './commands/diagnose-command.ts';
import { evaluateCommand } from './commands/evaluate-command.ts';
import { exportCommand } from './commands/export-command.ts';
import { inspectCommand } from './commands/inspect-command.ts';
import { reportCommand } from './commands/report-command.ts';
import { runCommand } from './commands/run-command.ts';
import { trainCommand } from './commands/train-command.ts';
import { tuneCommand } from './commands/tune-command.ts';

/** The command line `transpike`. */
export function createProgram(): Command {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const program = new Command('transpike')
    .description(
      'Turns trained neural networks into spiking ones, without retraining, and measures them at every time-step.',
    )
    .version(version)
    .showHelpAfterError('(add --help for the options)')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride();
  for (const command of [
    convertCommand(),
    tuneCommand(),
    evaluateCommand(),
    compareCommand(),
    diagnoseCommand(),
    reportCommand(),
    runCommand(),
    inspectCommand(),
    exportCommand(),
    trainCommand(),
    demoCommand(),
  ]) {
    program.addCommand(extensible(command).exitOverride());
  }
  return program;
}

/** Every command takes extensions, which were loaded before it was made. */
function extensible(command: Command): Command {
  return command
    .option('--use <module>', 'load an extension: a .js or .ts file, or an installed package (repeatable)')
    .option('--config <file>', 'load the extensions listed in a JSON file, { "use": […] }');
}
