import { type Command, Option } from 'commander';
import pc from 'picocolors';
import { exporters } from '../../exporters/exporters.ts';
import { type ExportSettings, exportNetwork } from '../../jobs/export-network.ts';
import { describedCommand } from '../described-command.ts';
import { openWithProgress } from '../open-with-progress.ts';
import { addInput, JobOption, options, positiveNumber, wholeNumber } from '../options.ts';

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
    .addOption(
      new JobOption('dt', 'length of a step, for nir (default: 0.0001)', 'seconds').argParser(positiveNumber),
    )
    .addOption(
      new JobOption(
        'goldenInput',
        'inputs [N, …] as .npy, for whole numbers: their ranges follow from them, the first is the golden one; .npz or name=file for a network with several (repeatable)',
        'file',
      ).argParser(addInput),
    )
    .addOption(
      new JobOption(
        'weightBits',
        'bits of whole weights: 4, 8 or, but for qdq, 16 (default: 8)',
        'bits',
      ).argParser(wholeNumber(1)),
    )
    .addOption(
      new JobOption(
        'accumulatorBits',
        'bits of whole membrane potentials: 8 to 32 (default: 32)',
        'bits',
      ).argParser(wholeNumber(1)),
    )
    .addOption(
      new JobOption(
        'overflow',
        'what happens to a potential that its accumulator has no room for (default: saturate)',
        'rule',
      ).choices(['saturate', 'wrap']),
    )
    .addOption(options.externalData())
    .addOption(options.bundle())
    .addOption(options.force())
    .addOption(options.json())
    .addHelpText(
      'after',
      `\nForms:\n${forms}\n\nExamples:\n  transpike export vit.snn.onnx --to binary-spikes -o vit.binary.onnx\n  transpike export vit.snn.onnx --to unrolled -T 4 --spikes-of all\n  transpike export cnn.snn.onnx --to qdq -T 15\n  transpike export cnn.snn.onnx --to nir -o cnn.nir\n  transpike export cnn.snn.onnx --to manifest --input x.npy -o cnn.manifest\n  transpike export cnn.snn.onnx --to c --input x.npy -o cnn.c`,
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
