import type { Argument, Command, Option } from 'commander';

/** An option as a shell completes it. */
export interface OptionWords {
  readonly flags: readonly string[];
  readonly summary: string;
  /** Whether something follows it. */
  readonly takesValue: boolean;
  /** What may follow; empty where that is a file, a folder, or anything else. */
  readonly choices: readonly string[];
}

/** A command as a shell completes it. */
export interface CommandWords {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionWords[];
  /** What its argument may be; empty where that is a file or a folder. */
  readonly choices: readonly string[];
  readonly commands: readonly CommandWords[];
}

/** What may stand behind a command. */
export function commandWords(command: Command): CommandWords {
  return {
    name: command.name(),
    summary: firstSentence(command.description()),
    options: command.options.filter(({ hidden }) => !hidden).map(optionWords),
    choices: command.registeredArguments.flatMap(({ argChoices = [] }: Argument) => argChoices),
    commands: command.commands.map(commandWords),
  };
}

function optionWords({ short, long, description, required, optional, argChoices = [] }: Option): OptionWords {
  return {
    flags: [short, long].filter((flag) => flag !== undefined && flag !== null),
    summary: firstSentence(description),
    takesValue: required || optional,
    choices: argChoices,
  };
}

function firstSentence(text: string): string {
  return text.split(/[.;:(]/, 1)[0]?.trim() ?? '';
}
