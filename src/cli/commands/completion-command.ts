import type { Command } from 'commander';
import { commandWords } from '../completion/command-words.ts';
import { completionScripts, type Shell } from '../completion/completion-scripts.ts';
import { describedCommand } from '../described-command.ts';

/** `transpike completion`: a script that completes commands and options in a shell. */
export function completionCommand(program: Command): Command {
  const command = describedCommand('completion');
  command.registeredArguments[0]?.choices(Object.keys(completionScripts));
  return command
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
