import { Command } from 'commander';
import { compareRuns } from '../../jobs/compare-runs.ts';
import { exportTable, methodOf, runsTable } from '../../jobs/runs-table.ts';
import { comparisonTitle } from '../../report/comparison-title.ts';
import { labelRun } from '../../runs/label-run.ts';
import { findRun, type ListedRun, listRuns } from '../../runs/list-runs.ts';
import { readRun } from '../../runs/read-run.ts';
import { comparisonTable } from '../../tables/comparison-table.ts';
import { evaluationTable } from '../../tables/evaluation-table.ts';
import { pointsTable } from '../../tables/frontier-table.ts';
import type { Table } from '../../tables/table.ts';
import { toJson } from '../../tables/to-json.ts';
import { describedCommand } from '../described-command.ts';
import { mention } from '../mention.ts';
import { options } from '../options.ts';
import { type PrintSettings, printLine, tableText } from '../print-table.ts';

/** Where runs are when nothing else is said. */
const defaultRoot = 'runs';

interface Settings extends PrintSettings {
  readonly json?: boolean;
  readonly in: string;
}

interface Filter {
  readonly tag?: readonly string[];
  readonly method?: string;
  readonly kind?: string;
  readonly name?: string;
}

/** `transpike runs`: what was measured before, without measuring again. */
export function runsCommand(): Command {
  const runs = describedCommand('runs');
  for (const command of [list(), show(), compare(), exported(), label()]) {
    runs.addCommand(
      command
        .option('--in <folder>', 'folder with the folders of runs', defaultRoot)
        .showHelpAfterError('(add --help for the options)')
        .exitOverride(),
    );
  }
  return runs.addHelpText(
    'after',
    `
A run is given as its folder, the name of its folder, or the name that it was given.

Examples:
  transpike runs list --tag paper --method ecmt
  transpike runs show deit-baseline --format latex
  transpike runs compare deit-baseline deit-tuned
  transpike runs export --tag paper --format csv > steps.csv
  transpike runs label runs/deit-1a2b3c4d --name deit-baseline --tag paper`,
  );
}

function list(): Command {
  return filters(new Command('list').description('List runs with the best step of each.')).action(
    async (settings: Settings & Filter) => {
      const runs = await filtered(settings);
      if (runs.length === 0) mention(`no such runs in ${settings.in}`);
      if (runs.length > 0 || settings.json || settings.format) print(runsTable(runs), settings);
    },
  );
}

function exported(): Command {
  return filters(
    new Command('export').description('Print every step of every evaluation, one a row.'),
  ).action(async (settings: Settings & Filter) => print(exportTable(await filtered(settings)), settings));
}

function show(): Command {
  return printing(new Command('show').description('Print the table of a finished run.'))
    .argument('<run>')
    .action(async (run: string, settings: Settings) => {
      const found = await readRun(await findRun(run, settings.in));
      if (found.kind === 'evaluation') print(evaluationTable(found.result), settings);
      else if (found.kind === 'comparison') print(comparisonTable(found.comparison.entries), settings);
      else print(pointsTable(found.points), settings);
    });
}

function compare(): Command {
  return printing(new Command('compare').description('Compare finished evaluations, image by image.'))
    .argument('<runs...>')
    .action(async (given: readonly string[], settings: Settings) => {
      const paths = await Promise.all(given.map((run) => findRun(run, settings.in)));
      const comparison = await compareRuns(paths.map((path, i) => ({ path, name: given[i] })));
      if (settings.json) console.log(JSON.stringify(comparison, null, 2));
      else print(comparisonTable(comparison.entries), settings);
      if (settings.json || settings.format) return;
      printLine(comparisonTitle(comparison));
    });
}

function label(): Command {
  return new Command('label')
    .description('Give a run a name, and tags.')
    .argument('<run>')
    .addOption(options.name())
    .addOption(options.tags('name it so, beside the tags that it has (repeatable)'))
    .action(async (run: string, { name, tags, in: root }: Settings & { name?: string; tags?: string[] }) => {
      await labelRun(await findRun(run, root), { name, tags });
    });
}

function printing(command: Command): Command {
  return command.addOption(options.format()).addOption(options.json());
}

function filters(command: Command): Command {
  return printing(command)
    .addOption(options.tags('those with this tag (repeatable: with all of them)'))
    .option('--method <name>', 'those of this method, or of method/preset')
    .option('--kind <kind>', 'evaluation, comparison or frontier')
    .option('--name <text>', 'those whose name or folder has this in it');
}

async function filtered({
  in: root,
  tags = [],
  method,
  kind,
  name,
}: Settings & Filter & { readonly tags?: readonly string[] }): Promise<ListedRun[]> {
  const runs = await listRuns(root);
  return runs.filter((run) => {
    const own = methodOf(run);
    return (
      tags.every((tag) => run.tags.includes(tag)) &&
      (method === undefined || own === method || own.startsWith(`${method}/`)) &&
      (kind === undefined || run.run?.kind === kind) &&
      (name === undefined || `${run.name ?? ''}\n${run.path}`.includes(name))
    );
  });
}

function print(table: Table, { json, format }: Settings): void {
  console.log(json ? toJson(table) : tableText(table, format ? { format } : {}));
}
