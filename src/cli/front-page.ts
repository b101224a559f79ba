import { Command } from 'commander';
import { commandNames, describedCommand } from './described-command.ts';
import { programShell, withCommonOptions } from './program-shell.ts';
import { surviveClosedPipe } from './survive-closed-pipe.ts';

/** What is answered at once, without loading what the commands do. */
const questions = ['--help', '-h', '--version', '-V'];

/** Whether a command line asks for nothing but the first page of help, or the version. */
export function asksForFrontPage(given: readonly string[]): boolean {
  return given.length === 1 && questions.includes(given[0]!);
}

/** The command line as its first page of help shows it: all commands by name, which do nothing. */
export function frontPage(): Command {
  const program = programShell();
  for (const name of commandNames) program.addCommand(withCommonOptions(describedCommand(name)));
  return program.addCommand(
    new Command('help').description('Say what a command does.').argument('[command]').helpOption(false),
  );
}

/** Answers such a question. */
export function showFrontPage(): void {
  surviveClosedPipe(process.stdout);
  frontPage().parse();
}
