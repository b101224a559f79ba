import { Command, InvalidArgumentError, Option } from 'commander';
import pc from 'picocolors';
import { UsageError } from '../../errors.ts';
import { writeAtomically } from '../../files/write-atomically.ts';
import { writeOnnx } from '../../files/write-onnx.ts';
import { defaultSteps } from '../../jobs/convert-network.ts';
import type { TuneSettings } from '../../jobs/tune-network.ts';
import { openNetwork } from '../../opening/open-network.ts';
import { type LadderName, ladderFamilies } from '../../tuning/ladders/ladder-families.ts';
import { payingRange } from '../../tuning/search/paying-range.ts';
import type { TuningGoal } from '../../tuning/search/tuning-goal.ts';
import { options } from '../options.ts';
import { printReferences } from '../print-references.ts';
import { frontierLegend, frontierTable, goalSentence } from '../print-tuning.ts';
import { exitCodes } from '../report-error.ts';
import { filesOf, inputFiles, requireWritable } from '../require-writable.ts';
import { tuneWithProgress } from '../tune-with-progress.ts';

interface Settings extends Omit<TuneSettings, 'goal' | 'ladder'> {
  readonly energy?: number;
  readonly accuracyDrop?: number;
  readonly frontier?: string | boolean;
  readonly force?: boolean;
  readonly ladder: LadderName | 'any';
  readonly output?: string;
  readonly externalData?: readonly string[];
  readonly bundle?: boolean;
  readonly json?: boolean;
}

/** `transpike tune`: the best spiking network for an energy or an accuracy, or all of the frontier. */
export function tuneCommand(): Command {
  return new Command('tune')
    .description('Find the spiking network that loses least for its energy.')
    .argument(
      '<model>',
      'the source network: an .onnx file, or a folder with config.json and model.safetensors',
    )
    .requiredOption(
      '--calibrate <data>',
      'images to choose thresholds on; without --data every other batch is held out to measure on',
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
    .option('--data <data>', 'images to measure on; labels let accuracy be measured')
    .addOption(options.labels())
    .addOption(options.split())
    .addOption(options.limit('use at most this many images of --data, evenly spread'))
    .addOption(options.calibrationLimit())
    .addOption(options.batch())
    .option('--run <folder>', 'folder of the journal (default: runs/tune-<model>-<settings>)')
    .addOption(options.strict())
    .option(
      '-o, --output <file>',
      'where to write the spiking model (default: <model>.snn.onnx in this folder)',
    )
    .addOption(options.externalData())
    .addOption(options.bundle())
    .addOption(options.force())
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
  const network = await openNetwork(path, settings);
  const { ladder, json, output = `${network.name}.snn.onnx` } = settings;
  const frontierFile = typeof settings.frontier === 'string' ? settings.frontier : undefined;
  const guard = {
    inputs: [...filesOf(network), ...inputFiles(settings.calibrate, settings.data, settings.labels)],
    ...(settings.force && { force: true }),
  };
  await requireWritable(output, { ...guard, kind: 'onnx' });
  if (frontierFile !== undefined) await requireWritable(frontierFile, { ...guard, kind: 'json' });
  const end = await tuneWithProgress(network, { ...settings, goal });
  if (!end.finished) {
    console.error(`stopped; give the same command again to go on (${end.folder})`);
    process.exitCode = exitCodes.interrupted;
    return;
  }
  const { tuned, report } = end;
  const { refersTo } = await writeOnnx(tuned.model, output, settings);
  const { point, reached, points } = tuned;
  const pays = payingRange(tuned.frontier);
  const summary = {
    goal,
    ladder,
    output,
    refersTo,
    report,
    reached,
    chosen: point,
    pays: pays ?? null,
    points,
  };
  if (frontierFile !== undefined) {
    await writeAtomically(frontierFile, `${JSON.stringify(summary, null, 2)}\n`);
  }
  if (json) {
    console.log(JSON.stringify(summary, null, 2));
    return;
  }
  console.log(frontierTable(tuned.frontier, point));
  for (const line of frontierLegend(pays)) console.log(line);
  console.log(goalSentence(point, reached));
  console.log(
    `${pc.green('✓')} ${output}: ${tuned.record.sites.length} spike sites, T = ${point.schedule.steps}`,
  );
  if (report) console.log(`  report: ${report}`);
  printReferences(refersTo);
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
