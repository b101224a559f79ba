import { Command } from 'commander';
import { begin, end } from './begin-and-end.ts';
import { type CommandName, commandNames, describedCommand } from './described-command.ts';
import { programShell, withCommonOptions } from './program-shell.ts';

/** What makes each command. Its module is loaded with all that the command does, so that a call loads no other's. */
const makers: Record<CommandName, (program: Command) => Promise<Command>> = {
  convert: async () => (await import('./commands/convert-command.ts')).convertCommand(),
  tune: async () => (await import('./commands/tune-command.ts')).tuneCommand(),
  evaluate: async () => (await import('./commands/evaluate-command.ts')).evaluateCommand(),
  compare: async () => (await import('./commands/compare-command.ts')).compareCommand(),
  diagnose: async () => (await import('./commands/diagnose-command.ts')).diagnoseCommand(),
  simulate: async () => (await import('./commands/simulate-command.ts')).simulateCommand(),
  fit: async () => (await import('./commands/fit-command.ts')).fitCommand(),
  report: async () => (await import('./commands/report-command.ts')).reportCommand(),
  run: async () => (await import('./commands/run-command.ts')).runCommand(),
  generate: async () => (await import('./commands/generate-command.ts')).generateCommand(),
  retrieve: async () => (await import('./commands/retrieve-command.ts')).retrieveCommand(),
  inspect: async () => (await import('./commands/inspect-command.ts')).inspectCommand(),
  export: async () => (await import('./commands/export-command.ts')).exportCommand(),
  train: async () => (await import('./commands/train-command.ts')).trainCommand(),
  finetune: async () => (await import('./commands/finetune-command.ts')).finetuneCommand(),
  quantise: async () => (await import('./commands/quantise-command.ts')).quantiseCommand(),
  demo: async () => (await import('./commands/demo-command.ts')).demoCommand(),
  events: async () => (await import('./commands/events-command.ts')).eventsCommand(),
  worker: async () => (await import('./commands/worker-command.ts')).workerCommand(),
  studio: async () => (await import('./commands/studio-command.ts')).studioCommand(),
  runs: async () => (await import('./commands/runs-command.ts')).runsCommand(),
  methods: async () => (await import('./commands/list-commands.ts')).methodsCommand(),
  neurons: async () => (await import('./commands/list-commands.ts')).neuronsCommand(),
  devices: async () => (await import('./commands/list-commands.ts')).devicesCommand(),
  cite: async () => (await import('./commands/cite-command.ts')).citeCommand(),
  doctor: async () => (await import('./commands/doctor-command.ts')).doctorCommand(),
  completion: async (program) =>
    (await import('./commands/completion-command.ts')).completionCommand(program),
};

/**
 * The command line `transpike`.
 *
 * @param called the one command that is made whole, quicker than all; the others are there by name only (default: all are)
 */
export async function createProgram(called?: string): Promise<Command> {
  const program = programShell().exitOverride();
  const others = isAlone(called) ? commandNames.filter((name) => name !== called) : [];
  for (const name of commandNames) {
    const command = others.includes(name) ? describedCommand(name) : await makers[name](program);
    program.addCommand(missingLast(told(command)).exitOverride());
  }
  program.addCommand(helpCommand(program).exitOverride());
  return program;
}

/** Whether a command does its work without the others: not where it is unknown, or lists the words of all. */
function isAlone(called: string | undefined): boolean {
  return called !== 'completion' && commandNames.some((name) => name === called);
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
