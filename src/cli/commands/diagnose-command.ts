import type { Command } from 'commander';
import {
  type DiagnoseSettings,
  defaultDiagnosisLimit,
  diagnoseNetwork,
} from '../../jobs/diagnose-network.ts';
import type { Diagnosis } from '../../results/diagnosis-result.ts';
import { diagnosisTable } from '../../tables/diagnosis-table.ts';
import type { TableFormat } from '../../tables/table-formats.ts';
import { describedCommand } from '../described-command.ts';
import { openWithProgress } from '../open-with-progress.ts';
import { addInput, options } from '../options.ts';
import { printNotice } from '../print-notice.ts';
import { printLine, tableText } from '../print-table.ts';
import { refusePreprocess } from '../refuse-preprocess.ts';

interface Settings extends DiagnoseSettings {
  readonly json?: boolean;
  readonly format?: TableFormat;
  readonly externalData?: readonly string[];
  readonly preprocess?: string;
  readonly tokenizer?: string;
}

/** `transpike diagnose`: which spike site loses what, and what to do about it. */
export function diagnoseCommand(): Command {
  return describedCommand('diagnose')
    .requiredOption('--data <data>', 'images, as for evaluate; they need no labels', addInput)
    .addOption(options.input('data'))
    .addOption(options.steps('what the model was converted for'))
    .addOption(options.split())
    .addOption(
      options.limit(
        `use at most this many images of --data, evenly spread (default: ${defaultDiagnosisLimit})`,
      ),
    )
    .option('--alone', 'let each site spike alone, too, and say how far that moves the logits (slower)')
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
  transpike diagnose vit.snn.onnx --data images/ -T 4
  transpike diagnose vit.snn.onnx --data images/ --alone --limit 2 --json`,
    )
    .action(diagnoseAction);
}

async function diagnoseAction(path: string, settings: Settings): Promise<void> {
  refusePreprocess(settings);
  const diagnosis = await diagnoseNetwork(await openWithProgress(path, settings), {
    ...settings,
    onNotice: printNotice,
  });
  if (settings.json) console.log(JSON.stringify(diagnosis, null, 2));
  else print(diagnosis, settings);
}

/** The diagnosis as a table with the findings below. */
function print(diagnosis: Diagnosis, settings: Settings): void {
  console.log(tableText(diagnosisTable(diagnosis), settings));
  if (settings.format) return;
  const { sites, findings, images, steps } = diagnosis;
  const alone = sites.some(({ logitError }) => logitError !== undefined);
  printLine(
    `in percent: relative errors after ${steps} steps on ${images} images${alone ? '; logits: with this site spiking alone' : ''}`,
  );
  for (const { text } of findings) printLine(`* ${text}`);
}
