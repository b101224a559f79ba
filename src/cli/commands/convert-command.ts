import type { Command } from 'commander';
import pc from 'picocolors';
import { type ConvertSettings, defaultSteps } from '../../jobs/convert-network.ts';
import { convertWithProgress } from '../convert-with-progress.ts';
import { describedCommand } from '../described-command.ts';
import { openWithProgress } from '../open-with-progress.ts';
import { options, wholeNumber } from '../options.ts';
import { printReferences } from '../print-references.ts';
import { tell } from '../status-line.ts';

interface Settings extends ConvertSettings {
  readonly externalData?: readonly string[];
  readonly overTime?: readonly string[];
  readonly inputShapes?: readonly string[];
  readonly preprocess?: string;
  readonly tokenizer?: string;
  readonly limit?: number;
  readonly split?: string;
  readonly labels?: string;
  readonly json?: boolean;
}

/** `transpike convert`: a source network in, a spiking ONNX model out. */
export function convertCommand(): Command {
  return describedCommand('convert')
    .addOption(options.externalData())
    .addOption(options.overTime())
    .addOption(options.inputShapes())
    .addOption(options.preprocess())
    .addOption(options.tokenizer())
    .addOption(options.method())
    .addOption(options.preset())
    .addOption(options.steps(defaultSteps))
    .addOption(
      options.calibration('images to choose the thresholds on: a folder, a list, an .npy stack, texts'),
    )
    .addOption(options.input('calibration'))
    .addOption(options.calibrationLimit())
    .addOption(options.calibrationSplit())
    .addOption(
      options.labels(
        'classes of the network, one a line in the order of its logits, to be kept in the spiking model',
      ),
    )
    .addOption(options.limit('deprecated, use --calibration-limit').hideHelp())
    .option('--thresholds <file>', 'import thresholds from a JSON file instead of calibrating')
    .addOption(options.split().hideHelp())
    .addOption(options.weightBits())
    .addOption(options.rounding())
    .option(
      '--latency <slots>',
      'slots that a run of neurons that spike once may last: windows are shortened where the calibration images lose least (default: all windows have T slots)',
      wholeNumber(1),
    )
    .addOption(options.batchSize())
    .addOption(options.strict())
    .addOption(options.output('where to write the spiking model (default: <model>.snn.onnx in this folder)'))
    .addOption(options.bundle())
    .addOption(options.force())
    .addOption(options.json())
    .addHelpText(
      'after',
      `
Examples:
  transpike convert deit-tiny/ --calibrate images/ -T 4
  transpike convert vit.onnx --preset reference --calibrate calibration.npy -o vit.snn.onnx
  transpike convert vit.onnx --preset reference --thresholds thresholds.json -T 8`,
    )
    .action(convertAction);
}

async function convertAction(path: string, settings: Settings): Promise<void> {
  const network = await openWithProgress(path, { ...settings, classes: settings.labels });
  const output = settings.output ?? `${network.name}.snn.onnx`;
  const { record, refersTo } = await convertWithProgress(network, {
    ...withCalibrationNames(settings),
    output,
  });
  if (settings.json) {
    console.log(JSON.stringify({ output, refersTo, ...record }, null, 2));
    return;
  }
  console.log(
    `${pc.green('✓')} ${output}: ${record.sites.length} spike sites, method ${record.method} (${record.preset}), T = ${record.steps}`,
  );
  console.log(
    `  parity with the source network: largest deviation ${record.parityDeviation.toExponential(1)}`,
  );
  printReferences(refersTo);
  console.log(`  next: transpike evaluate ${output} --data <images>`);
}

/** Elsewhere `--limit` and `--split` are about the images that are measured on; here there are none but those of --calibrate. */
function withCalibrationNames({ limit, split, ...settings }: Settings): ConvertSettings {
  for (const name of [limit === undefined ? [] : 'limit', split === undefined ? [] : 'split'].flat()) {
    tell(`warning: --${name} of convert is deprecated; give --calibration-${name}, as in all commands`);
  }
  return { calibrationLimit: limit, calibrationSplit: split, ...settings };
}
