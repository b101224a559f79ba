import { Argument, Command } from 'commander';
import { commandWords } from '../completion/command-words.ts';
import { completionScripts, type Shell } from '../completion/completion-scripts.ts';

/** `transpike completion`: a script that completes commands and options in a shell. */
export function completionCommand(program: Command): Command {
  return new Command('completion')
    .description('Print a script that completes commands and options in a shell.')
    .addArgument(new Argument('<shell>').choices(Object.keys(completionScripts)))
    .addHelpText(
      'after',
      `
Examples:
  source <(transpike completion bash)     in ~/.bashrc
  source <(transpike completion zsh)      in ~/.zshrc
  transpike completion fish | source      in config.fish`,
    )
    .action((shell: Shell) => console.log(completionScripts[shell](commandWords(program))));
}
