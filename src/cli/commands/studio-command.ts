import type { Command } from 'commander';
import { type StudioSettings, serveStudio } from '../../jobs/serve-studio.ts';
import { describedCommand } from '../described-command.ts';
import { wholeNumber } from '../options.ts';
import { stopOnInterrupt } from '../stop-on-interrupt.ts';

/** `transpike studio`: a web page over the folders of runs. */
export function studioCommand(): Command {
  return describedCommand('studio')
    .option('--runs <folder>', 'folder with the folders of runs', 'runs')
    .option('--port <N>', 'port; 0 for any that is free (default: 4180)', wholeNumber(0))
    .option(
      '--host <address>',
      'address to listen at; another one than 127.0.0.1 asks for a token (default: 127.0.0.1)',
    )
    .addHelpText(
      'after',
      `
It serves until it is stopped (Ctrl-C), and then asks the commands that it has started to stop, too. The playground is at /play/.

Examples:
  transpike studio
  transpike studio --runs measurements --port 8080`,
    )
    .action(studioAction);
}

async function studioAction(settings: StudioSettings): Promise<void> {
  const interruption = stopOnInterrupt('the commands under way');
  const studio = await serveStudio(settings);
  console.log(`studio: ${studio.address}`);
  await new Promise<void>((resolve) => interruption.signal.addEventListener('abort', () => resolve()));
  await studio.close();
  interruption.end();
}
