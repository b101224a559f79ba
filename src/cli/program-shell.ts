import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';

/** The command line without its commands: its name, version and help. */
export function programShell(): Command {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return new Command('transpike')
    .description(
      'Turns trained neural networks into spiking ones, without retraining, and measures them at every time-step.',
    )
    .version(version)
    .showHelpAfterError('(add --help for the options)')
    .configureHelp({ showGlobalOptions: true })
    .helpCommand(false)
    .addHelpText('after', `\n${exitCodeHelp}`);
}

const exitCodeHelp = `Exit codes:
  0               done
  1               failed; of inspect: the network cannot be converted
  2               the command cannot be meant like this
  130, 143, 129   stopped (Ctrl-C, SIGTERM, SIGHUP): give it again to go on`;

/** Every command takes extensions, which were loaded before it was made, and says as much as is wanted. */
export function withCommonOptions(command: Command): Command {
  return command
    .showHelpAfterError('(add --help for the options)')
    .option('--use <module>', 'load an extension: a .js or .ts file, or an installed package (repeatable)')
    .option('--config <file>', 'load the extensions listed in a JSON file, { "use": […] }')
    .addOption(new Option('--quiet', 'tell nothing but results, warnings and errors').conflicts('verbose'))
    .option('--verbose', 'tell versions, time and memory, and where errors come from');
}
