import { type Command, Option } from 'commander';
import { knownChips } from '../../hardware/limits/known-chips.ts';
import { defaultFitLimit, type FitSettings, fitNetwork, type NetworkFit } from '../../jobs/fit-network.ts';
import { chipsTable, mappingTable } from '../../tables/fit-table.ts';
import type { TableFormat } from '../../tables/table-formats.ts';
import { describedCommand } from '../described-command.ts';
import { openWithProgress } from '../open-with-progress.ts';
import { addInput, options, wholeNumber } from '../options.ts';
import { printNotice } from '../print-notice.ts';
import { printLine, tableText } from '../print-table.ts';
import { refusePreprocess } from '../refuse-preprocess.ts';

interface Settings extends Omit<FitSettings, 'chips'> {
  readonly chip?: readonly string[];
  readonly json?: boolean;
  readonly format?: TableFormat;
  readonly externalData?: readonly string[];
  readonly preprocess?: string;
  readonly tokenizer?: string;
}

/** `transpike fit`: what of a network chips have room for. */
export function fitCommand(): Command {
  const names = knownChips.map(({ name }) => name);
  return describedCommand('fit')
    .addOption(
      new Option(
        '--chip <chip>',
        `${names.join(', ')}, or a .json file that describes one (repeatable; default: all that are known)`,
      ).argParser((chip, before: readonly string[] | undefined) => [...(before ?? []), chip]),
    )
    .option('--data <data>', 'images, as for evaluate, whose spikes are counted', addInput)
    .addOption(options.input('data'))
    .addOption(options.steps('what the model is set to'))
    .option('--weight-bits <bits>', 'bits of the weights (default: 8)', wholeNumber(1))
    .addOption(options.split())
    .addOption(
      options.limit(`use at most this many images of --data, evenly spread (default: ${defaultFitLimit})`),
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
  transpike fit cnn.snn.onnx
  transpike fit cnn.snn.onnx --chip loihi-2 --chip mine.json --data mnist/`,
    )
    .action(fitAction);
}

async function fitAction(path: string, { chip, ...settings }: Settings): Promise<void> {
  const { data } = settings;
  if (data !== undefined) refusePreprocess({ ...settings, data });
  const chips = chip ?? knownChips.map(({ name }) => name);
  const network = await openWithProgress(path, settings);
  const fit = await fitNetwork(network, { ...settings, chips, onNotice: printNotice });
  if (settings.json) console.log(JSON.stringify(fit, null, 2));
  else print(fit, settings);
}

function print(fit: NetworkFit, settings: Settings): void {
  if (settings.format) {
    console.log(tableText(mappingTable(fit), settings));
    return;
  }
  console.log(`${tableText(chipsTable(fit))}\n\n${tableText(mappingTable(fit))}`);
  for (const { title, problems, notes, layers } of fit.chips) {
    const reasons = [
      ...problems,
      ...layers.flatMap((layer) => layer.problems.map((problem) => `${layer.name}: ${problem}`)),
    ];
    if (reasons.length + notes.length > 0) console.log(`\n${title}`);
    for (const reason of reasons) printLine(`✗ ${reason}`);
    for (const note of notes) printLine(`· ${note}`);
  }
  const counted = fit.events ? '; events and accumulations: of one core in one step, mean' : '';
  printLine(
    `\ncores: a lower bound from the chips’ public figures, whose sources stand in docs/hand-off.md${counted}`,
  );
}
