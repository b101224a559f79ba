import { Command } from 'commander';
import { UsageError } from '../../errors.ts';
import { drawFigures, figuresOf } from '../../jobs/draw-figures.ts';
import { refuseIdle } from '../../jobs/refuse-idle.ts';
import { writeReport } from '../../report/write-report.ts';
import { findRun } from '../../runs/list-runs.ts';
import { toJson } from '../../tables/to-json.ts';
import { options } from '../options.ts';
import { type PrintSettings, tableText } from '../print-table.ts';

interface Settings extends PrintSettings {
  readonly figure?: string;
  readonly output?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** `transpike report`: draws the report of a finished run again, or figures of it by themselves. */
export function reportCommand(): Command {
  return new Command('report')
    .description('Draw the report of a finished run again, or figures of it, from the files in its folder.')
    .argument('<run>', 'folder of an evaluation, a comparison or a tuning, or the name of one in runs/')
    .option('--figure <name>', 'draw this figure alone, as SVG and PDF, or all of them')
    .addOption(
      options.output('where to draw the figure: a .svg or .pdf file (default: both, in <run>/figures)'),
    )
    .addOption(options.format())
    .addOption(options.force())
    .addOption(options.json())
    .addHelpText(
      'after',
      `
With --format the numbers of the figure are printed instead.

Examples:
  transpike report runs/deit-tiny-1a2b3c4d
  transpike report deit-baseline --figure accuracy -o accuracy.pdf
  transpike report deit-baseline --figure accuracy --format latex
  transpike report deit-baseline --figure all`,
    )
    .action(reportAction);
}

async function reportAction(run: string, settings: Settings): Promise<void> {
  const { figure, output, force, format, json } = settings;
  if (figure === undefined) {
    refuseIdle('report', settings, ['output', 'format', 'force'], {
      because: 'for the report, which stands in the folder of its run',
      remedy: 'Give --figure, too, or leave that out',
    });
  }
  const folder = await findRun(run, 'runs');
  if (format) await printNumbers(folder, settings);
  else if (figure === undefined) {
    const report = await writeReport(folder);
    console.log(json ? JSON.stringify({ report }) : report);
  } else {
    const wanted = figure === 'all' ? undefined : figure;
    const figures = await drawFigures(folder, { figure: wanted, output, force });
    console.log(json ? JSON.stringify({ figures }, null, 2) : figures.join('\n'));
  }
}

async function printNumbers(folder: string, { figure, format }: Settings): Promise<void> {
  const drawn = await figuresOf(folder, figure === 'all' ? undefined : figure);
  const tables = drawn.flatMap(({ table }) => (table ? [table] : []));
  const [only] = tables;
  if (only && tables.length === 1) {
    console.log(format === 'json' ? toJson(only) : tableText(only, format ? { format } : {}));
    return;
  }
  throw new UsageError({
    where: 'report --format',
    expected: 'a figure with a table',
    got: only ? `${tables.length} figures` : 'a figure without one',
    remedy: 'Name one with --figure',
  });
}
