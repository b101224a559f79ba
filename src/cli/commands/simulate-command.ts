import { type Command, Option } from 'commander';
import { devices } from '../../energy/devices/devices.ts';
import { chips } from '../../hardware/chips/chips.ts';
import {
  defaultSimulationLimit,
  type SimulatedNetwork,
  type SimulateSettings,
  simulateNetworks,
} from '../../jobs/simulate-networks.ts';
import { simulationTable } from '../../tables/simulation-table.ts';
import type { TableFormat } from '../../tables/table-formats.ts';
import { describedCommand } from '../described-command.ts';
import { openWithProgress } from '../open-with-progress.ts';
import { addInput, options, wholeNumber } from '../options.ts';
import { printNotice } from '../print-notice.ts';
import { printLine, tableText } from '../print-table.ts';
import { refusePreprocess } from '../refuse-preprocess.ts';

interface Settings extends SimulateSettings {
  readonly json?: boolean;
  readonly format?: TableFormat;
  readonly externalData?: readonly string[];
  readonly preprocess?: string;
  readonly tokenizer?: string;
}

/** `transpike simulate`: what networks take on a model of hardware. */
export function simulateCommand(): Command {
  return describedCommand('simulate')
    .requiredOption('--data <data>', 'images, as for evaluate; with labels accuracy is told', addInput)
    .addOption(options.input('data'))
    .addOption(
      new Option('--hardware <name>', 'model of hardware (default: spike-once)').choices(
        chips.map(({ name }) => name),
      ),
    )
    .option('--lanes <P>', 'accumulators side by side (default: 64)', wholeNumber(1))
    .addOption(
      new Option('--device <name>', 'device whose prices count (default: 45nm-int8)').choices(
        devices.map(({ name }) => name),
      ),
    )
    .addOption(options.steps('what each model was converted for'))
    .addOption(options.split())
    .addOption(
      options.limit(
        `use at most this many images of --data, evenly spread (default: ${defaultSimulationLimit})`,
      ),
    )
    .addOption(options.externalData())
    .addOption(options.preprocess())
    .addOption(options.tokenizer())
    .addOption(options.strict())
    .addOption(options.format())
    .addOption(options.json())
    .addHelpText(
      'after',
      `
Examples:
  transpike simulate mlp.snn.onnx --hardware spike-once --data mnist/
  transpike simulate rate.snn.onnx ecmt.snn.onnx once.snn.onnx --data mnist/ --lanes 256`,
    )
    .action(simulateAction);
}

async function simulateAction(paths: readonly string[], settings: Settings): Promise<void> {
  refusePreprocess(settings);
  const networks = await Promise.all(paths.map((path) => openWithProgress(path, settings)));
  const runs = await simulateNetworks(networks, { ...settings, onNotice: printNotice });
  if (settings.json) console.log(JSON.stringify(runs, null, 2));
  else print(runs, settings);
}

function print(runs: readonly SimulatedNetwork[], settings: Settings): void {
  console.log(tableText(simulationTable(runs), settings));
  if (settings.format) return;
  const [{ samples, lanes, device } = { samples: 0, lanes: 0, device: '' }] = runs;
  printLine(
    `for one of ${samples} inputs, mean; queue: the longest; rows: of weights, one for each spike that arrives; ${lanes} lanes; energy at the prices of ${device}, an estimate`,
  );
}
