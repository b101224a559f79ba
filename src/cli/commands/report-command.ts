import { Command } from 'commander';
import { writeReport } from '../../report/write-report.ts';
import { options } from '../options.ts';

/** `transpike report`: draws the report of a finished run again. */
export function reportCommand(): Command {
  return new Command('report')
    .description('Draw the report of a finished run again, from the files in its folder.')
    .argument('<run>', 'folder of an evaluation, a comparison or a tuning')
    .addOption(options.json())
    .addHelpText('after', '\nExample:\n  transpike report runs/deit-tiny-1a2b3c4d')
    .action(async (folder: string, { json }: { json?: boolean }) => {
      const report = await writeReport(folder);
      console.log(json ? JSON.stringify({ report }) : report);
    });
}
