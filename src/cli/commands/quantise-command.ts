import { type Command, InvalidArgumentError } from 'commander';
import pc from 'picocolors';
import {
  nameOf,
  type QuantiseEnd,
  type QuantiseSettings,
  quantiseNetwork,
} from '../../jobs/quantise-network.ts';
import { describedCommand } from '../described-command.ts';
import { openWithProgress } from '../open-with-progress.ts';
import { JobOption, options, positiveNumber, wholeNumber } from '../options.ts';
import { printReferences } from '../print-references.ts';
import { watchTraining } from '../watch-training.ts';

interface Settings extends Omit<QuantiseSettings, 'folder'> {
  readonly externalData?: readonly string[];
  readonly preprocess?: string;
  readonly json?: boolean;
  readonly run?: string;
}

/** `transpike quantise`: a source network in, one in few bits out that was trained so. */
export function quantiseCommand(): Command {
  return describedCommand('quantise')
    .addOption(options.externalData())
    .addOption(options.preprocess())
    .addOption(
      new JobOption(
        'bits',
        'bits of weights and of activations, 1 to 4 each (default: those of --recipe)',
        'w,a',
      ).argParser(bitsOf),
    )
    .option('--widen <r>', 'how many times as many channels (default: 1)', positiveNumber)
    .option(
      '--budget <what=N>',
      'squeeze to weight-bits=N or bit-operations=N at most; N may end in k, M or G (default: all channels stay)',
      budgetOf,
    )
    .option('--recipe <file>', 'settings of the training as JSON; options count instead of what it says')
    .requiredOption('--data <data>', 'pictures to train on: the part train, where there are several')
    .option('--test-data <data>', 'pictures to measure on (default: the part test of --data)')
    .option('--epochs <N>', 'times that all pictures are shown (default: 10)', wholeNumber(1))
    .addOption(options.batchSize())
    .option('--learning-rate <rate>', 'largest learning rate (default: 0.002)', positiveNumber)
    .addOption(
      options.output('where to write the network (default: <model>-w<w>a<a>x<r>.qdq.onnx in this folder)'),
    )
    .option('--run <folder>', 'folder of the run (default: runs/<model>-w<w>a<a>x<r>)')
    .option('--fresh', 'start from the beginning even if there is a checkpoint')
    .addOption(options.bundle())
    .addOption(options.force())
    .addOption(options.json())
    .addHelpText(
      'after',
      `
Examples:
  transpike quantise models/glyphs-cnn --bits 1,2 --widen 2 --data glyphs:train --test-data glyphs:test
  transpike quantise runs/mnist-cnn --bits 2,2 --widen 2 --budget weight-bits=400k --data mnist/ --epochs 20`,
    )
    .action(quantiseAction);
}

async function quantiseAction(path: string, { run, ...settings }: Settings): Promise<void> {
  const { externalData: _, preprocess: __, json = false, ...given } = settings;
  const network = await openWithProgress(path, settings);
  const end = await watchTraining((watch) => quantiseNetwork(network, { ...given, ...watch, folder: run }));
  if (end) print(end, json);
}

/** Bits of weights and activations, as in `1,2`. */
function bitsOf(text: string): QuantiseSettings['bits'] {
  const [weights, activations, ...others] = text.split(',').map(Number);
  if (others.length === 0 && Number.isInteger(weights) && Number.isInteger(activations)) {
    return { weights: weights as number, activations: activations as number };
  }
  throw new InvalidArgumentError(
    `expected bits of weights and of activations, got '${text}'. Give for example 1,2.`,
  );
}

const units: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9 };
const budgeted = { 'weight-bits': 'weightBits', 'bit-operations': 'bitOperations' } as const;

/** A budget, as in `weight-bits=400k`. */
function budgetOf(text: string): QuantiseSettings['budget'] {
  const [, what = '', number, unit = ''] =
    /^(weight-bits|bit-operations)=(\d+(?:\.\d+)?)([kMG]?)$/.exec(text) ?? [];
  const most = Number(number) * (units[unit] ?? Number.NaN);
  if (most > 0) return { of: budgeted[what as keyof typeof budgeted], most };
  throw new InvalidArgumentError(
    `expected weight-bits=N or bit-operations=N, got '${text}'. Give for example weight-bits=400k.`,
  );
}

function print(
  { output, folder, refersTo, plan, accuracies, size, narrow, squeezed, curve }: QuantiseEnd,
  json: boolean,
): void {
  if (json) {
    const told = { output, folder, refersTo, plan, accuracies, size, narrow, squeezed, curve };
    console.log(JSON.stringify(told, null, 2));
    return;
  }
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  console.log(`${pc.green('✓')} ${output}: ${nameOf(plan)}, test accuracy`);
  console.log(`  source ${percent(accuracies.source)}, in few bits ${percent(accuracies.quantised)}`);
  console.log(
    `  ${size.weightBits} bits of weights and ${size.bitOperations} bit operations an input; not widened ${narrow.weightBits} and ${narrow.bitOperations}`,
  );
  if (squeezed) console.log(`  ${squeezed.gone} of ${squeezed.before} channels that could go went`);
  const steps = 2 ** plan.bits.activations - 1;
  console.log(
    `  the same in spikes: transpike convert ${output} --method ecc --preset scales -T ${steps} --calibrate DATA`,
  );
  printReferences(refersTo);
}
