import type { Command } from 'commander';
import { devicesTable, methodsTable, neuronsTable } from '../../tables/member-tables.ts';
import type { Table } from '../../tables/table.ts';
import { toJson } from '../../tables/to-json.ts';
import { type CommandName, describedCommand } from '../described-command.ts';
import { options } from '../options.ts';
import { type PrintSettings, tableText } from '../print-table.ts';

/** `transpike methods`: the conversion methods, those of extensions included. */
export const methodsCommand = () => listCommand('methods', methodsTable);

/** `transpike neurons`: the neurons, those of extensions included. */
export const neuronsCommand = () => listCommand('neurons', neuronsTable);

/** `transpike devices`: the devices whose energy is estimated, those of extensions included. */
export const devicesCommand = () => listCommand('devices', devicesTable);

function listCommand(name: CommandName, table: () => Table): Command {
  return describedCommand(name)
    .addOption(options.format())
    .addOption(options.json())
    .addHelpText('after', `\nExamples:\n  transpike ${name}\n  transpike ${name} --format csv > ${name}.csv`)
    .action(({ json, format }: PrintSettings & { readonly json?: boolean }) => {
      console.log(json ? toJson(table()) : tableText(table(), format ? { format } : {}));
    });
}
