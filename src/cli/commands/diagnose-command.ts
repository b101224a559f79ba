import Table from 'cli-table3';
import { Command } from 'commander';
import {
  type DiagnoseSettings,
  defaultDiagnosisLimit,
  diagnoseNetwork,
} from '../../jobs/diagnose-network.ts';
import { openNetwork } from '../../opening/open-network.ts';
import type { Diagnosis, SiteDiagnosis } from '../../results/diagnosis-result.ts';
import { addInput, options } from '../options.ts';
import { printNotice } from '../print-notice.ts';
import { refusePreprocess } from '../refuse-preprocess.ts';

interface Settings extends DiagnoseSettings {
  readonly json?: boolean;
  readonly externalData?: readonly string[];
  readonly preprocess?: string;
}

/** `transpike diagnose`: which spike site loses what, and what to do about it. */
export function diagnoseCommand(): Command {
  return new Command('diagnose')
    .description('Say which spike site of a spiking network loses what, and what to do about it.')
    .argument('<model>', 'a spiking model (.snn.onnx)')
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
    .addOption(options.strict())
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
  const diagnosis = await diagnoseNetwork(await openNetwork(path, settings), {
    ...settings,
    onNotice: printNotice,
  });
  console.log(settings.json ? JSON.stringify(diagnosis, null, 2) : diagnosisText(diagnosis));
}

/** The diagnosis as a table with the findings below. */
function diagnosisText({ sites, findings, images, steps }: Diagnosis): string {
  const alone = sites.some(({ logitError }) => logitError !== undefined);
  const table = new Table({
    head: [
      'site',
      'own %',
      'inherited %',
      'in all %',
      'saturated %',
      'dead %',
      'outliers',
      ...(alone ? ['logits %'] : []),
    ],
    colAligns: ['left', ...new Array<'right'>(alone ? 7 : 6).fill('right')],
    style: { head: [], border: [], compact: true },
  });
  table.push(...sites.map(row));
  const list = findings.map(({ text }) => `* ${text}`);
  return [
    table.toString(),
    `relative errors after ${steps} steps on ${images} images${alone ? '; logits: with this site spiking alone' : ''}`,
    ...list,
  ].join('\n');
}

function row({ name, error, saturated, dead, outliers, logitError }: SiteDiagnosis): string[] {
  const percent = (share: number, digits = 1) => (100 * share).toFixed(digits);
  return [
    name,
    percent(error.own),
    percent(error.inherited),
    percent(error.total),
    percent(saturated, 2),
    percent(dead),
    outliers ? `${outliers.count} of ${outliers.channels}` : '–',
    ...(logitError === undefined ? [] : [percent(logitError)]),
  ];
}
