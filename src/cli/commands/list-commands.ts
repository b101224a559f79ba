import type { Command } from 'commander';
import { devicesTable, methodsTable, neuronsTable } from '../../tables/member-tables.ts';
import type { Table } from '../../tables/table.ts';
import { toJson } from '../../tables/to-json.ts';
import { type CommandName, describedCommand } from '../described-command.ts';
import { options } from '../options.ts';
import { type PrintSettings, tableText } from '../print-table.ts';

/** Commands that say what there is, extensions included. */
export function listCommands(): Command[] {
  return [
    listCommand('methods', methodsTable),
    listCommand('neurons', neuronsTable),
    listCommand('devices', devicesTable),
  ];
}

function listCommand(name: CommandName, table: () => Table): Command {
  return describedCommand(name)
    .addOption(options.format())
    .addOption(options.json())
    .addHelpText('after', `\nExamples:\n  transpike ${name}\n  transpike ${name} --format csv > ${name}.csv`)
    .action(({ json, format }: PrintSettings & { readonly json?: boolean }) => {
      console.log(json ? toJson(table()) : tableText(table(), format ? { format } : {}));
    });
}
