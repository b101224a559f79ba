import { join } from 'node:path';
import { Command } from 'commander';
import { defaultSteps } from '../../jobs/convert-network.ts';
import type { EvaluateSettings } from '../../jobs/evaluate-network.ts';
import { openNetwork } from '../../opening/open-network.ts';
import { convertWithProgress } from '../convert-with-progress.ts';
import { evaluateWithProgress } from '../evaluate-with-progress.ts';
import { options, probability, wholeNumber } from '../options.ts';
import { printResult } from '../print-result.ts';
import { exitCodes } from '../report-error.ts';

interface Settings extends EvaluateSettings {
  readonly calibrate?: string;
  readonly calibrationLimit?: number;
  readonly method: string;
  readonly preset?: string;
  readonly json?: boolean;
  readonly externalData?: readonly string[];
}

/** `transpike evaluate`: accuracy, agreement, firing rate and energy at every time-step. */
export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('Measure a network at every time-step beside its source network.')
    .argument(
      '<model>',
      'a spiking model (.snn.onnx); or a source network, converted first if --calibrate is given',
    )
    .requiredOption(
      '--data <data>',
      'images: a folder with one folder a class, files named by synset, a list, MNIST, CIFAR-10, an .npy stack',
    )
    .addOption(options.externalData())
    .addOption(options.labels())
    .addOption(options.split())
    .addOption(options.steps())
    .addOption(options.limit('use at most this many images, evenly spread over the data'))
    .addOption(options.batch())
    .option(
      '--workers <N>',
      'threads that evaluate, each with its own copy of the networks (default: as many as processors and memory allow)',
      wholeNumber(1),
    )
    .addOption(options.memory())
    .option('--run <folder>', 'folder of the run record (default: runs/<model>-<settings>)')
    .addOption(options.engine())
    .addOption(options.synapses())
    .option('--no-quantised', 'leave out the source network in as many bits as the spikes carry')
    .option(
      '--exit-confidence <p>',
      'say what images that stop by themselves at this confidence would get, for example 0.9',
      probability,
    )
    .addOption(options.strict())
    .addOption(options.method())
    .addOption(options.preset())
    .option(
      '--calibrate <data>',
      `convert a source network first, choosing the thresholds on these images; for T = ${defaultSteps} unless -T says otherwise`,
    )
    .addOption(options.calibrationLimit())
    .addOption(options.json())
    .addHelpText(
      'after',
      `
An interrupted run (Ctrl-C) goes on when the same command is given again.

Examples:
  transpike evaluate vit.snn.onnx --data imagenet/val --labels synset_words.txt -T 8
  transpike evaluate cnn.snn.onnx --data mnist/ --limit 1000 --json > result.json
  transpike evaluate deit-tiny/ --calibrate images/ --data images/ -T 4`,
    )
    .action(evaluateAction);
}

async function evaluateAction(path: string, settings: Settings): Promise<void> {
  const opened = await openNetwork(path, settings);
  const network =
    settings.calibrate === undefined ? opened : await converted(opened, settings, settings.calibrate);
  if (!network.spiking) {
    console.error('warning: a source network has no time-steps; give --calibrate to convert it first');
  }
  const end = await evaluateWithProgress(network, settings);
  if (!end.finished) {
    console.error(`stopped after ${end.done} images; give the same command again to go on`);
    process.exitCode = exitCodes.interrupted;
    return;
  }
  const { result, folder, report } = end;
  if (settings.json)
    console.log(
      JSON.stringify({ model: path, data: settings.data, run: folder, report, ...result }, null, 2),
    );
  else {
    printResult(result, settings);
    console.log(`run record: ${join(folder, 'result.json')}`);
    if (report) console.log(`report: ${report}`);
  }
}

async function converted(
  opened: Awaited<ReturnType<typeof openNetwork>>,
  settings: Settings,
  calibrate: string,
) {
  const { method, preset, steps = defaultSteps, calibrationLimit, batch, strict, split } = settings;
  const { network } = await convertWithProgress(opened, {
    method,
    preset,
    steps,
    calibrate,
    calibrationLimit,
    batch,
    strict,
    ...(calibrate === settings.data && { split }),
  });
  return network;
}
