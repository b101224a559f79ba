import { type Command, Option } from 'commander';
import pc from 'picocolors';
import { exporters } from '../../exporters/exporters.ts';
import { type ExportSettings, exportNetwork } from '../../jobs/export-network.ts';
import { describedCommand } from '../described-command.ts';
import { openWithProgress } from '../open-with-progress.ts';
import { options } from '../options.ts';

interface Settings extends ExportSettings {
  readonly externalData?: readonly string[];
  readonly json?: boolean;
}

/** `transpike export`: a spiking model in the form that something else reads. */
export function exportCommand(): Command {
  const forms = exporters.map(({ name, summary }) => `  ${name}: ${summary}`).join('\n');
  return describedCommand('export')
    .addOption(
      new Option('--to <form>', 'form to write')
        .choices(exporters.map(({ name }) => name))
        .default(exporters[0]!.name),
    )
    .addOption(options.output('where to write (default: the model’s name with the ending of the form)'))
    .addOption(options.steps('what the model is set to'))
    .addOption(
      new Option(
        '--spikes-of <site>',
        'a site whose spikes become an output, too, or all (repeatable)',
      ).argParser((site, before: readonly string[] | undefined) => [...(before ?? []), site]),
    )
    .addOption(options.externalData())
    .addOption(options.bundle())
    .addOption(options.force())
    .addOption(options.json())
    .addHelpText(
      'after',
      `\nForms:\n${forms}\n\nExamples:\n  transpike export vit.snn.onnx --to binary-spikes -o vit.binary.onnx\n  transpike export vit.snn.onnx --to unrolled -T 4 --spikes-of all`,
    )
    .action(exportAction);
}

async function exportAction(path: string, { json, ...settings }: Settings): Promise<void> {
  const { output, exporter } = await exportNetwork(await openWithProgress(path, settings), settings);
  console.log(
    json
      ? JSON.stringify({ output, form: exporter.name })
      : `${pc.green('✓')} ${output}: ${exporter.summary}`,
  );
}
