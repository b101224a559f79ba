import { join } from 'node:path';
import type { Command } from 'commander';
import pc from 'picocolors';
import { UsageError } from '../../errors.ts';
import { type CompareSettings, compareNetworks } from '../../jobs/compare-networks.ts';
import { asTheyAre, byMethods, type ComparedNetwork } from '../../jobs/compared-networks.ts';
import { defaultSteps } from '../../jobs/convert-network.ts';
import { refuseIdle } from '../../jobs/refuse-idle.ts';
import type { Network } from '../../opening/open-network.ts';
import type { RoundingName } from '../../quantisers/roundings/roundings.ts';
import { comparisonTitle } from '../../report/comparison-title.ts';
import { describeSeenByAll } from '../../report/describe-seen.ts';
import { comparisonTable } from '../../tables/comparison-table.ts';
import type { TableFormat } from '../../tables/table-formats.ts';
import { commandLine } from '../command-line.ts';
import { convertWithProgress } from '../convert-with-progress.ts';
import { describeFineTuning } from '../describe-fine-tuning.ts';
import { describedCommand } from '../described-command.ts';
import { evaluateWithProgress } from '../evaluate-with-progress.ts';
import { mention } from '../mention.ts';
import { openWithProgress } from '../open-with-progress.ts';
import { addInput, options } from '../options.ts';
import { comparisonLegend } from '../print-comparison.ts';
import { printNotice } from '../print-notice.ts';
import { printLine, tableText } from '../print-table.ts';
import { classLegend, taskLegend } from '../print-task.ts';
import { refusePreprocess } from '../refuse-preprocess.ts';
import { exitCodes } from '../report-error.ts';
import { tell } from '../status-line.ts';

interface Settings extends CompareSettings {
  readonly methods?: string;
  readonly calibration?: string;
  readonly calibrationLimit?: number;
  readonly calibrationSplit?: string;
  readonly weightBits?: string;
  readonly rounding?: RoundingName;
  readonly json?: boolean;
  readonly format?: TableFormat;
  readonly externalData?: readonly string[];
  readonly overTime?: readonly string[];
  readonly inputShapes?: readonly string[];
  readonly preprocess?: string;
  readonly tokenizer?: string;
}

/** `transpike compare`: several methods on the same images, in one table and one report. */
export function compareCommand(): Command {
  return describedCommand('compare')
    .requiredOption('--data <data>', 'images to measure on, as for evaluate', addInput)
    .addOption(options.input('data'))
    .option(
      '--methods <names>',
      `methods to convert the network with, as ecmt,ecmt/reference,rate; for T = ${defaultSteps} unless -T says otherwise`,
    )
    .addOption(options.calibration('images to choose thresholds on, the same for every method'))
    .addOption(options.externalData())
    .addOption(options.overTime())
    .addOption(options.inputShapes())
    .addOption(options.preprocess())
    .addOption(options.tokenizer())
    .addOption(options.calibrationLimit())
    .addOption(options.calibrationSplit())
    .addOption(options.weightBits())
    .addOption(options.rounding())
    .addOption(options.steps('what the models were converted for'))
    .addOption(options.labels())
    .addOption(options.task())
    .addOption(options.measuredOutput())
    .addOption(options.head())
    .addOption(options.split())
    .addOption(options.limit())
    .addOption(options.batchSize())
    .addOption(options.workers())
    .addOption(options.queue())
    .addOption(options.serve())
    .addOption(options.memoryMB())
    .addOption(options.name())
    .addOption(options.tags())
    .addOption(options.folder('folder of the record', 'runs/compare-<model>-<settings>'))
    .addOption(options.engine())
    .addOption(options.synapses())
    .addOption(options.quantised())
    .addOption(options.strict())
    .addOption(options.format())
    .addOption(options.json())
    .addHelpText(
      'after',
      `
An interrupted comparison (Ctrl-C) goes on when the same command is given again.

Examples:
  transpike compare deit-tiny/ --methods ecmt,ecmt/reference --calibrate images/ --data images/ -T 4
  transpike compare resnet/ --methods rate,opi,cos --calibrate cifar10/train --data cifar10/test -T 8
  transpike compare a.snn.onnx b.snn.onnx --data images/`,
    )
    .action(compareAction);
}

async function compareAction(paths: readonly string[], settings: Settings): Promise<void> {
  refusePreprocess(settings);
  const networks = await Promise.all(paths.map((path) => openWithProgress(path, settings)));
  const end = await compareNetworks(comparedOf(networks, settings), {
    ...settings,
    command: commandLine(),
    onNetwork: (name, doneBefore) => mention(doneBefore ? `${name}: done before` : `${name}:`),
    onNotice: printNotice,
    evaluate: evaluateWithProgress,
  });
  if (!end.finished) {
    tell(`stopped after ${end.done} images of ${end.name}; give the same command again to go on`);
    process.exitCode = exitCodes.interrupted;
    return;
  }
  const { folder, entries, differences, report } = end;
  if (settings.json) {
    console.log(JSON.stringify({ run: folder, report, entries, differences }, null, 2));
    return;
  }
  const table = comparisonTable(entries);
  if (settings.format) {
    console.log(tableText(table, settings));
    mention(`run record: ${join(folder, 'result.json')}`);
    return;
  }
  const task = entries[0]?.result.task;
  console.log(tableText(table));
  for (const line of [...(task ? taskLegend(task) : [classLegend]), ...comparisonLegend]) printLine(line);
  for (const { name, result } of entries) {
    for (const line of describeFineTuning(result)) printLine(`${name}: ${line}`);
  }
  printLine(comparisonTitle({ kind: 'comparison', entries, differences }));
  for (const sentence of describeSeenByAll(entries)) printLine(pc.yellow(sentence));
  console.log(`run record: ${join(folder, 'result.json')}`);
  if (report) console.log(`report: ${report}`);
}

/** Settings that only conversions read. */
const decidesConversion = [
  'calibration',
  'calibrationLimit',
  'calibrationSplit',
  'weightBits',
  'rounding',
] as const;

function comparedOf(networks: readonly Network[], settings: Settings): ComparedNetwork[] {
  const { methods, calibration, calibrationLimit, calibrationSplit, steps, batchSize, strict } = settings;
  if (methods === undefined) {
    const spiking = networks.map(requireSpiking);
    refuseIdle('compare', settings, decidesConversion, {
      because: 'where spiking networks are compared as they are',
    });
    return asTheyAre(spiking);
  }
  if (networks.length > 1 || calibration === undefined) {
    throw new UsageError({
      where: 'compare --methods',
      expected: 'one source network and --calibrate',
      got: calibration === undefined ? 'no --calibrate' : `${networks.length} networks`,
      remedy: 'Give both, or leave --methods out to compare spiking models as they are',
    });
  }
  const names = methods.split(',').map((name) => name.trim());
  const { weightBits, rounding } = settings;
  const images = { calibration, calibrationLimit, calibrationSplit, batchSize, strict };
  const conversion = { ...images, steps, weightBits, rounding };
  return byMethods(networks[0]!, names, conversion, convertWithProgress);
}

function requireSpiking(network: Network): Network {
  if (network.spiking) return network;
  throw new UsageError({
    where: network.path,
    expected: 'a spiking model (.snn.onnx)',
    got: 'a network that does not spike',
    remedy: 'Give --methods and --calibrate to convert it, for example --methods ecmt,ecmt/reference',
  });
}
