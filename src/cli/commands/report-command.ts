import type { Command } from 'commander';
import { writeReport } from '../../report/write-report.ts';
import { describedCommand } from '../described-command.ts';
import { options } from '../options.ts';

/** `transpike report`: draws the report of a finished run again. */
export function reportCommand(): Command {
  return describedCommand('report')
    .addOption(options.json())
    .addHelpText('after', '\nExample:\n  transpike report runs/deit-tiny-1a2b3c4d')
    .action(async (folder: string, { json }: { json?: boolean }) => {
      const report = await writeReport(folder);
      console.log(json ? JSON.stringify({ report }) : report);
    });
}
