import type { CommandWords, OptionWords } from './command-words.ts';

/** Scripts that complete a program's commands and options, by shell. */
export const completionScripts = { bash, zsh, fish } as const satisfies Readonly<
  Record<string, (program: CommandWords) => string>
>;

/** Name of a shell. */
export type Shell = keyof typeof completionScripts;

function bash(program: CommandWords): string {
  return `# ${program.name} in bash: source <(${program.name} completion bash)
${completer(program)}
complete -o default -F _${program.name} ${program.name}
`;
}

function zsh(program: CommandWords): string {
  return `#compdef ${program.name}
# ${program.name} in zsh: source <(${program.name} completion zsh)
autoload -U +X bashcompinit && bashcompinit
${completer(program)}
complete -o default -F _${program.name} ${program.name}
`;
}

/** A function of bash, which zsh understands, too. Where nothing fits, names of files are completed. */
function completer(program: CommandWords): string {
  const { name, commands } = program;
  return `_${name}() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" words=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="${commands.map((command) => command.name).join(' ')} --help --version"
  else
    case "\${COMP_WORDS[1]}:$before" in
${commands.flatMap(valueCases).join('\n')}
      *)
        case "\${COMP_WORDS[1]}:$word" in
${commands.map(wordCase).join('\n')}
        esac ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}`;
}

function valueCases({ name, options, choices, commands }: CommandWords): string[] {
  const own = [...choices, ...commands.map((command) => command.name)];
  return [
    ...(own.length > 0 ? [`      ${name}:${name}) words="${own.join(' ')}" ;;`] : []),
    ...options
      .filter(({ takesValue }) => takesValue)
      .map((option) => `      ${patterns(name, option)}) words="${option.choices.join(' ')}" ;;`),
  ];
}

function patterns(command: string, { flags }: OptionWords): string {
  return flags.map((flag) => `${command}:${flag}`).join('|');
}

function wordCase({ name, options }: CommandWords): string {
  return `          ${name}:-*) words="${options.flatMap(({ flags }) => flags).join(' ')} --help" ;;`;
}

function fish({ name, commands }: CommandWords): string {
  const none = '__fish_use_subcommand';
  return [
    `# ${name} in fish: ${name} completion fish | source`,
    ...commands.map(
      (command) => `complete -c ${name} -f -n ${none} -a ${command.name} -d ${quoted(command.summary)}`,
    ),
    ...commands.flatMap((command) => {
      const within = `complete -c ${name} -n '__fish_seen_subcommand_from ${command.name}'`;
      const own = [...command.choices, ...command.commands.map((each) => each.name)];
      return [
        ...(own.length > 0 ? [`${within} -f -a ${quoted(own.join(' '))}`] : []),
        ...command.options.map((option) => `${within} ${fishOption(option)}`),
      ];
    }),
    '',
  ].join('\n');
}

function fishOption({ flags, summary, takesValue, choices }: OptionWords): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const values = choices.length > 0 ? [`-x -a ${quoted(choices.join(' '))}`] : takesValue ? ['-r'] : [];
  return [...names, ...values, `-d ${quoted(summary)}`].join(' ');
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
