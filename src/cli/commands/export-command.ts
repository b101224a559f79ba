import { Command, Option } from 'commander';
import pc from 'picocolors';
import { planRun } from '../../engines/plan-run.ts';
import { exporters } from '../../exporters/exporters.ts';
import { writeExport } from '../../files/write-export.ts';
import { mustExist } from '../../look-up.ts';
import { openNetwork } from '../../opening/open-network.ts';
import { options } from '../options.ts';
import { filesOf, requireWritable } from '../require-writable.ts';

interface Settings {
  readonly to: string;
  readonly output?: string;
  readonly externalData?: readonly string[];
  readonly bundle?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** `transpike export`: a spiking model in the form that something else reads. */
export function exportCommand(): Command {
  const forms = exporters.map(({ name, summary }) => `  ${name}: ${summary}`).join('\n');
  return new Command('export')
    .description('Write a spiking model in another form.')
    .argument('<model>', 'a spiking model (.snn.onnx)')
    .addOption(
      new Option('--to <form>', 'form to write')
        .choices(exporters.map(({ name }) => name))
        .default(exporters[0]!.name),
    )
    .option('-o, --output <file>', 'where to write (default: the model’s name with the ending of the form)')
    .addOption(options.externalData())
    .addOption(options.bundle())
    .addOption(options.force())
    .addOption(options.json())
    .addHelpText(
      'after',
      `\nForms:\n${forms}\n\nExample:\n  transpike export vit.snn.onnx --to binary-spikes -o vit.binary.onnx`,
    )
    .action(exportAction);
}

async function exportAction(path: string, settings: Settings): Promise<void> {
  const { to, output, force, json } = settings;
  const exporter = mustExist(
    exporters.find(({ name }) => name === to),
    `exporter '${to}'`,
  );
  const network = await openNetwork(path, settings);
  const { model, name } = network;
  planRun(model);
  const target = output ?? `${name.replace(/\.snn$/, '')}${exporter.extension}`;
  await requireWritable(target, { inputs: filesOf(network), kind: 'onnx', ...(force && { force }) });
  await writeExport(await exporter.make(model), target, settings);
  console.log(
    json ? JSON.stringify({ output: target, form: to }) : `${pc.green('✓')} ${target}: ${exporter.summary}`,
  );
}
