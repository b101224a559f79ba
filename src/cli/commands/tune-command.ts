import { type Command, InvalidArgumentError, Option } from 'commander';
import pc from 'picocolors';
import { UsageError } from '../../errors.ts';
import { defaultSteps } from '../../jobs/convert-network.ts';
import type { TuneSettings } from '../../jobs/tune-network.ts';
import { frontierTable } from '../../tables/frontier-table.ts';
import type { TableFormat } from '../../tables/table-formats.ts';
import { ladderFamilies } from '../../tuning/ladders/ladder-families.ts';
import type { TuningGoal } from '../../tuning/search/tuning-goal.ts';
import { describedCommand } from '../described-command.ts';
import { openWithProgress } from '../open-with-progress.ts';
import { addInput, options } from '../options.ts';
import { printReferences } from '../print-references.ts';
import { printLine, tableText } from '../print-table.ts';
import { frontierLegend, goalSentence } from '../print-tuning.ts';
import { exitCodes } from '../report-error.ts';
import { tell } from '../status-line.ts';
import { tuneWithProgress } from '../tune-with-progress.ts';

interface Settings extends Omit<TuneSettings, 'goal' | 'frontier'> {
  readonly overTime?: readonly string[];
  readonly externalData?: readonly string[];
  readonly preprocess?: string;
  readonly tokenizer?: string;
  readonly energy?: number;
  readonly accuracyDrop?: number;
  readonly frontier?: string | boolean;
  readonly json?: boolean;
  readonly format?: TableFormat;
}

/** `transpike tune`: the best spiking network for an energy or an accuracy, or all of the frontier. */
export function tuneCommand(): Command {
  return describedCommand('tune')
    .addOption(
      options
        .calibration(
          'images to choose thresholds on; without --data every other batch is held out to measure on',
        )
        .makeOptionMandatory(),
    )
    .option('--energy <ratio>', 'the best network of at most this ECMT energy ratio', positive)
    .option('--accuracy-drop <points>', 'the cheapest network that loses at most this many points', positive)
    .option(
      '--frontier [file]',
      'networks for ratios from 0.10 to 0.45; with a file, all points are written to it as JSON',
    )
    .addOption(
      new Option('--ladder <name>', 'levels a spike may have, or any: the finer, the more a spike tells')
        .choices([...ladderFamilies.map(({ name }) => name), 'any'])
        .default('base-2'),
    )
    .addOption(options.steps(defaultSteps))
    .option('--data <data>', 'images to measure on; labels let accuracy be measured', addInput)
    .addOption(options.input('calibration'))
    .addOption(options.labels('classes of the images that are measured on, as for evaluate'))
    .addOption(options.task())
    .addOption(options.measuredOutput('--measured-output'))
    .addOption(options.head())
    .addOption(options.split())
    .addOption(options.limit())
    .addOption(options.calibrationLimit())
    .addOption(options.calibrationSplit())
    .addOption(options.batchSize())
    .addOption(options.queue())
    .addOption(options.serve())
    .addOption(options.name())
    .addOption(options.tags())
    .addOption(options.folder('folder of the journal', 'runs/tune-<model>-<settings>'))
    .addOption(options.strict())
    .addOption(options.output('where to write the spiking model (default: <model>.snn.onnx in this folder)'))
    .addOption(options.externalData())
    .addOption(options.overTime())
    .addOption(options.inputShapes())
    .addOption(options.preprocess())
    .addOption(options.tokenizer())
    .addOption(options.bundle())
    .addOption(options.force())
    .addOption(options.format())
    .addOption(options.json())
    .addHelpText(
      'after',
      `
The energy ratio is ECMT's, an estimate (a) that bills a spike of any level as one addition; the table has the full estimate (b)
beside it. An interrupted tuning goes on when the same command is given again.

Examples:
  transpike tune deit-tiny/ --calibrate images/ --energy 0.35
  transpike tune vit.onnx --calibrate images/ --data val/ --labels synset_words.txt --accuracy-drop 1
  transpike tune vit.onnx --calibrate images/ --ladder any --frontier frontier.json`,
    )
    .action(tuneAction);
}

function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError(`expected a number above 0, got '${text}'. Give for example 0.35.`);
}

async function tuneAction(path: string, settings: Settings): Promise<void> {
  const goal = goalOf(settings);
  const network = await openWithProgress(path, settings);
  const { frontier, output = `${network.name}.snn.onnx`, ...rest } = settings;
  const end = await tuneWithProgress(network, {
    ...rest,
    goal,
    output,
    ...(typeof frontier === 'string' && { frontier }),
  });
  if (!end.finished) {
    tell(`stopped; give the same command again to go on (${end.folder})`);
    process.exitCode = exitCodes.interrupted;
    return;
  }
  const { tuned, report, summary } = end;
  if (settings.json) {
    console.log(JSON.stringify(summary, null, 2));
    return;
  }
  const { point, reached } = tuned;
  const table = frontierTable(tuned.frontier, point);
  if (settings.format) {
    console.log(tableText(table, settings));
    return;
  }
  console.log(tableText(table));
  for (const line of frontierLegend(point, summary.pays ?? undefined)) printLine(line);
  console.log(goalSentence(point, reached));
  console.log('chosen by these images: evaluate tells on others what it is worth');
  console.log(
    `${pc.green('✓')} ${output}: ${tuned.record.sites.length} spike sites, T = ${point.schedule.steps}`,
  );
  if (report) console.log(`  report: ${report}`);
  printReferences(summary.refersTo);
  console.log(`  next: transpike evaluate ${output} --data <images>`);
}

function goalOf({ energy, accuracyDrop, frontier }: Settings): TuningGoal {
  const given = [energy, accuracyDrop, frontier].filter((each) => each !== undefined).length;
  if (given !== 1) {
    throw new UsageError({
      where: 'tune',
      expected: 'one of --energy, --accuracy-drop and --frontier',
      got: given === 0 ? 'none' : `${given} of them`,
      remedy: 'Give for example --energy 0.35',
    });
  }
  if (energy !== undefined) return { kind: 'energy', ecmtRatio: energy };
  return accuracyDrop === undefined ? { kind: 'frontier' } : { kind: 'accuracy-drop', points: accuracyDrop };
}
