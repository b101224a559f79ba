import { join } from 'node:path';
import type { Command } from 'commander';
import { defaultSteps } from '../../jobs/convert-network.ts';
import type { EvaluateSettings } from '../../jobs/evaluate-network.ts';
import { refuseIdle } from '../../jobs/refuse-idle.ts';
import type { Network } from '../../opening/open-network.ts';
import type { RoundingName } from '../../quantisers/roundings/roundings.ts';
import { evaluationTable } from '../../tables/evaluation-table.ts';
import type { TableFormat } from '../../tables/table-formats.ts';
import { convertWithProgress } from '../convert-with-progress.ts';
import { describedCommand } from '../described-command.ts';
import { evaluateWithProgress } from '../evaluate-with-progress.ts';
import { mention } from '../mention.ts';
import { openWithProgress } from '../open-with-progress.ts';
import { addInput, options } from '../options.ts';
import { printResult } from '../print-result.ts';
import { tableText } from '../print-table.ts';
import { refusePreprocess } from '../refuse-preprocess.ts';
import { exitCodes } from '../report-error.ts';
import { tell } from '../status-line.ts';

interface Settings extends EvaluateSettings {
  readonly calibration?: string;
  readonly calibrationLimit?: number;
  readonly calibrationSplit?: string;
  readonly method?: string;
  readonly preset?: string;
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

/** `transpike evaluate`: accuracy, agreement, firing rate and energy at every time-step. */
export function evaluateCommand(): Command {
  return describedCommand('evaluate')
    .requiredOption(
      '--data <data>',
      'images: a folder with one folder a class, files named by synset, a list, MNIST, CIFAR-10, an .npy stack, texts as .jsonl, .csv, .tsv or .txt, an .npz file of arrays by input name',
      addInput,
    )
    .addOption(options.input('data'))
    .addOption(options.externalData())
    .addOption(options.overTime())
    .addOption(options.inputShapes())
    .addOption(options.preprocess())
    .addOption(options.tokenizer())
    .addOption(options.labels())
    .addOption(options.task())
    .addOption(options.measuredOutput())
    .addOption(options.head())
    .addOption(options.split())
    .addOption(options.steps('what the model was converted for'))
    .addOption(options.limit())
    .addOption(options.batchSize())
    .addOption(options.workers())
    .addOption(options.queue())
    .addOption(options.serve())
    .addOption(options.memoryMB())
    .addOption(options.name())
    .addOption(options.tags())
    .addOption(options.folder('folder of the run record', 'runs/<model>-<settings>'))
    .addOption(options.engine())
    .addOption(options.synapses())
    .addOption(options.quantised())
    .addOption(
      options.exitConfidence(
        'say what images that stop by themselves at this confidence would get, for example 0.9',
      ),
    )
    .addOption(
      options.stream(
        'take the samples as a stream, in their order: the state of the neurons goes on from each to the next, while averages begin anew (restarted), as with frames of a camera',
      ),
    )
    .addOption(options.strict())
    .addOption(options.method())
    .addOption(options.preset())
    .addOption(options.weightBits())
    .addOption(options.rounding())
    .addOption(
      options.calibration(
        `convert a source network first, choosing the thresholds on these images; for T = ${defaultSteps} unless -T says otherwise`,
      ),
    )
    .addOption(options.calibrationLimit())
    .addOption(options.calibrationSplit())
    .addOption(options.format())
    .addOption(options.json())
    .addHelpText(
      'after',
      `
An interrupted run (Ctrl-C) goes on when the same command is given again; a stream begins anew.

Examples:
  transpike evaluate vit.snn.onnx --data imagenet/val --labels synset_words.txt -T 8
  transpike evaluate cnn.snn.onnx --data mnist/ --limit 1000 --json > result.json
  transpike evaluate frames.snn.onnx --data windows.npy --labels classes.npy -T 8 --stream restarted
  transpike evaluate deit-tiny/ --calibrate images/ --data images/ -T 4
  transpike evaluate deit-tiny/ --calibrate images/ --data images/ -T 2 --weight-bits 4`,
    )
    .action(evaluateAction);
}

async function evaluateAction(path: string, settings: Settings): Promise<void> {
  refusePreprocess(settings);
  const opened = await openWithProgress(path, settings);
  const network = await spikingOf(opened, settings);
  if (!network.spiking) {
    tell('warning: a source network has no time-steps; give --calibrate to convert it first');
  }
  const end = await evaluateWithProgress(network, settings);
  if (!end.finished) {
    const next = settings.stream ? 'begin anew' : 'go on';
    tell(`stopped after ${end.done} images; give the same command again to ${next}`);
    process.exitCode = exitCodes.interrupted;
    return;
  }
  const { result, folder, report } = end;
  if (settings.json)
    console.log(
      JSON.stringify({ model: path, data: settings.data, run: folder, report, ...result }, null, 2),
    );
  else if (settings.format) {
    console.log(tableText(evaluationTable(result), settings));
    mention(`run record: ${join(folder, 'result.json')}`);
  } else {
    printResult(result, settings);
    console.log(`run record: ${join(folder, 'result.json')}`);
    if (report) console.log(`report: ${report}`);
  }
}

/** Settings that only a conversion reads, but for its images. */
const decidesConversion = [
  'method',
  'preset',
  'calibrationLimit',
  'calibrationSplit',
  'weightBits',
  'rounding',
] as const;

/** A source network is converted first where there are images for that. */
async function spikingOf(opened: Network, settings: Settings): Promise<Network> {
  const { calibration, calibrationLimit, calibrationSplit, batchSize, strict } = settings;
  if (calibration === undefined) {
    refuseIdle(opened.path, settings, decidesConversion, {
      because: opened.spiking ? 'for a network that spikes already' : 'without images to convert it with',
      ...(!opened.spiking && { remedy: 'Give --calibrate, too, or leave that out' }),
    });
    return opened;
  }
  const { method, preset, steps, weightBits, rounding } = settings;
  const images = { calibration, calibrationLimit, calibrationSplit, batchSize, strict };
  const conversion = { ...images, method, preset, steps, weightBits, rounding };
  return (await convertWithProgress(opened, conversion)).network;
}
