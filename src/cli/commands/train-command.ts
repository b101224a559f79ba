import type { Command } from 'commander';
import pc from 'picocolors';
import { type TrainSettings, trainNetwork } from '../../jobs/train-network.ts';
import type { TrainingResult } from '../../training/run/train-options.ts';
import { recipeAt } from '../bundled.ts';
import { describedCommand } from '../described-command.ts';
import { options } from '../options.ts';
import { watchTraining } from '../watch-training.ts';

interface Settings extends TrainSettings {
  readonly json?: boolean;
}

/** `transpike train`: a recipe in, a trained checkpoint folder out; an interrupted run goes on. */
export function trainCommand(): Command {
  return describedCommand('train')
    .option('-o, --output <folder>', 'folder of the run (default: runs/<recipe>)')
    .option('--data <data>', 'data to train on, where the recipe leaves that open')
    .option('--fresh', 'start from the beginning even if there is a checkpoint')
    .addOption(options.json())
    .addHelpText(
      'after',
      `
Examples:
  transpike train recipes/glyphs-cnn.json
  transpike train recipes/mnist-cnn.json --data mnist/ -o runs/mnist`,
    )
    .action(trainAction);
}

async function trainAction(recipe: string, settings: Settings): Promise<void> {
  const end = await watchTraining((watch) => trainNetwork(recipeAt(recipe), { ...settings, ...watch }));
  if (!end) return;
  const { folder, ...result } = end;
  print(result, folder, settings.json === true);
}

function print(result: TrainingResult, out: string, json: boolean): void {
  if (json) console.log(JSON.stringify({ output: out, ...result }, null, 2));
  else console.log(`${pc.green('✓')} ${out}: test accuracy ${(100 * result.testAccuracy).toFixed(2)} %`);
}
