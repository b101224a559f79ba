import { Command } from 'commander';
import { begin, end } from './begin-and-end.ts';
import { citeCommand } from './commands/cite-command.ts';
import { compareCommand } from './commands/compare-command.ts';
import { completionCommand } from './commands/completion-command.ts';
import { convertCommand } from './commands/convert-command.ts';
import { demoCommand } from './commands/demo-command.ts';
import { diagnoseCommand } from './commands/diagnose-command.ts';
import { doctorCommand } from './commands/doctor-command.ts';
import { evaluateCommand } from './commands/evaluate-command.ts';
import { eventsCommand } from './commands/events-command.ts';
import { exportCommand } from './commands/export-command.ts';
import { finetuneCommand } from './commands/finetune-command.ts';
import { generateCommand } from './commands/generate-command.ts';
import { inspectCommand } from './commands/inspect-command.ts';
import { listCommands } from './commands/list-commands.ts';
import { quantiseCommand } from './commands/quantise-command.ts';
import { reportCommand } from './commands/report-command.ts';
import { retrieveCommand } from './commands/retrieve-command.ts';
import { runCommand } from './commands/run-command.ts';
import { runsCommand } from './commands/runs-command.ts';
import { simulateCommand } from './commands/simulate-command.ts';
import { trainCommand } from './commands/train-command.ts';
import { tuneCommand } from './commands/tune-command.ts';
import { workerCommand } from './commands/worker-command.ts';
import { programShell, withCommonOptions } from './program-shell.ts';

/** The command line `transpike`. */
export function createProgram(): Command {
  const program = programShell().exitOverride();
  for (const command of [
    convertCommand(),
    tuneCommand(),
    evaluateCommand(),
    compareCommand(),
    diagnoseCommand(),
    simulateCommand(),
    reportCommand(),
    runCommand(),
    generateCommand(),
    retrieveCommand(),
    inspectCommand(),
    exportCommand(),
    trainCommand(),
    finetuneCommand(),
    quantiseCommand(),
    demoCommand(),
    eventsCommand(),
    workerCommand(),
    runsCommand(),
    ...listCommands(),
    citeCommand(),
    doctorCommand(),
  ]) {
    program.addCommand(missingLast(told(command)).exitOverride());
  }
  program.addCommand(told(completionCommand(program)).exitOverride());
  program.addCommand(helpCommand(program).exitOverride());
  return program;
}

/** A command that says as much as is wanted. */
function told(command: Command): Command {
  return withCommonOptions(command)
    .hook('preAction', (_, called) => begin(called.optsWithGlobals()))
    .hook('postAction', end);
}

/** A misspelt option is the first thing to know: perhaps it is the one that is missing. */
function missingLast(command: Command): Command {
  const needed = command.options.filter(({ mandatory }) => mandatory);
  for (const option of needed) option.makeOptionMandatory(false);
  return command.hook('preAction', (_, called) => {
    const missing = needed.find((option) => called.getOptionValue(option.attributeName()) === undefined);
    if (missing) called.error(`error: required option '${missing.flags}' not specified`);
  });
}

/** `transpike help`: a misspelt command is told as everywhere. */
function helpCommand(program: Command): Command {
  return new Command('help')
    .description('Say what a command does.')
    .argument('[command]')
    .helpOption(false)
    .action(async (name?: string) => {
      const known = program.commands.find((command) => command.name() === name);
      if (known) known.help();
      if (name === undefined) program.help();
      await program.parseAsync([name], { from: 'user' });
    });
}
