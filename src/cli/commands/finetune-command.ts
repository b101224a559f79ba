import type { Command } from 'commander';
import pc from 'picocolors';
import { fineTunings } from '../../finetuning/methods/fine-tunings.ts';
import { type FinetuneEnd, type FinetuneSettings, finetuneNetwork } from '../../jobs/finetune-network.ts';
import { describedCommand } from '../described-command.ts';
import { openWithProgress } from '../open-with-progress.ts';
import { JobOption, options, positiveNumber, wholeNumber } from '../options.ts';
import { printReferences } from '../print-references.ts';
import { watchTraining } from '../watch-training.ts';

interface Settings extends FinetuneSettings {
  readonly externalData?: readonly string[];
  readonly preprocess?: string;
  readonly json?: boolean;
}

/** `transpike finetune`: a source or spiking network in, a spiking network out that was trained with its neurons in place. */
export function finetuneCommand(): Command {
  return describedCommand('finetune')
    .addOption(options.externalData())
    .addOption(options.preprocess())
    .addOption(
      new JobOption('method', 'how to train (default: diet)', 'name').choices(
        fineTunings.map(({ name }) => name),
      ),
    )
    .addOption(options.steps(4))
    .option('--recipe <file>', 'settings of the training as JSON; options count instead of what it says')
    .requiredOption('--data <data>', 'pictures to train on: the part train, where there are several')
    .option('--test-data <data>', 'pictures to measure on (default: the part test of --data)')
    .option(
      '--epochs <N>',
      'times that all pictures are shown (default: as the method has it)',
      wholeNumber(1),
    )
    .addOption(options.batchSize())
    .option('--learning-rate <rate>', 'largest learning rate (default: as the method has it)', positiveNumber)
    .option(
      '--spike-penalty <weight>',
      'weight of a penalty on spikes beside the loss (default: none)',
      positiveNumber,
    )
    .addOption(
      options.output('where to write the tuned model (default: <model>-<method>.snn.onnx in this folder)'),
    )
    .option('--run <folder>', 'folder of the run (default: runs/<model>-<method>-T<T>)')
    .option('--fresh', 'start from the beginning even if there is a checkpoint')
    .addOption(options.bundle())
    .addOption(options.force())
    .addOption(options.json())
    .addHelpText(
      'after',
      `
Examples:
  transpike finetune models/glyphs-cnn --method diet -T 2 --data glyphs:train --test-data glyphs:test
  transpike finetune runs/mnist-mlp --recipe recipes/finetuning/mnist-mlp.json -T 5 --data mnist/`,
    )
    .action(finetuneAction);
}

async function finetuneAction(
  path: string,
  { run, ...settings }: Settings & { run?: string },
): Promise<void> {
  const { externalData: _, preprocess: __, json = false, ...given } = settings;
  const network = await openWithProgress(path, settings);
  const output = given.output ?? `${network.name.replace(/\.snn$/, '')}-${given.method ?? 'tuned'}.snn.onnx`;
  const end = await watchTraining((watch) =>
    finetuneNetwork(network, { ...given, ...watch, folder: run, output }),
  );
  if (end) print(end, output, json);
}

function print(
  { accuracies, record, folder, curve, refersTo }: FinetuneEnd,
  output: string,
  json: boolean,
): void {
  if (json) {
    console.log(JSON.stringify({ output, folder, refersTo, accuracies, curve, ...record }, null, 2));
    return;
  }
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  const measure =
    record?.fineTuning?.measure === 'agreement' ? 'agreement with the source network' : 'test accuracy';
  console.log(`${pc.green('✓')} ${output}: trained at T = ${record?.steps}, ${measure}`);
  console.log(
    `  source ${percent(accuracies.source)}, converted ${percent(accuracies.converted)}, tuned ${percent(accuracies.tuned)}`,
  );
  printReferences(refersTo);
}
