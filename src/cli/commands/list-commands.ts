import { Command } from 'commander';
import { devicesTable, methodsTable, neuronsTable } from '../../tables/member-tables.ts';
import type { Table } from '../../tables/table.ts';
import { toJson } from '../../tables/to-json.ts';
import { options } from '../options.ts';
import { type PrintSettings, tableText } from '../print-table.ts';

/** Commands that say what there is, extensions included. */
export function listCommands(): Command[] {
  return [
    listCommand('methods', 'List the conversion methods and their presets.', methodsTable),
    listCommand('neurons', 'List the neurons.', neuronsTable),
    listCommand(
      'devices',
      'List the devices whose energy is estimated, in picojoules an event.',
      devicesTable,
    ),
  ];
}

function listCommand(name: string, description: string, table: () => Table): Command {
  return new Command(name)
    .description(description)
    .addOption(options.format())
    .addOption(options.json())
    .action(({ json, format }: PrintSettings & { readonly json?: boolean }) => {
      console.log(json ? toJson(table()) : tableText(table(), format ? { format } : {}));
    });
}
