import type { Command } from 'commander';
import { type ServeSettings, serveQueue } from '../../jobs/serve-queue.ts';
import { describedCommand } from '../described-command.ts';
import { JobOption, wholeNumber } from '../options.ts';
import { printNotice } from '../print-notice.ts';
import { stopOnInterrupt } from '../stop-on-interrupt.ts';

/** `transpike worker`: works for commands that name the same queue. */
export function workerCommand(): Command {
  return describedCommand('worker')
    .addOption(
      new JobOption(
        'queue',
        'the Redis to work for: redis://host:6379, or rediss://… for TLS',
        'address',
      ).makeOptionMandatory(),
    )
    .option(
      '--concurrency <N>',
      'jobs at a time, each in a process of its own (default: as many as there are processors)',
      wholeNumber(1),
    )
    .addOption(
      new JobOption(
        'cacheFolder',
        'folder for models and pictures that are fetched (default: transpike/content in the folder of caches)',
        'folder',
      ),
    )
    .addOption(
      new JobOption(
        'cacheMB',
        'most of it; what was not used for longest goes (default: 20000)',
        'MB',
      ).argParser(wholeNumber(1)),
    )
    .option(
      '--lease <seconds>',
      'after so long without a sign of life another worker takes a job over (default: 20)',
      wholeNumber(1),
    )
    .option(
      '--patience <seconds>',
      'after so long a job that is not done counts as hanging, and is given again (default: 900)',
      wholeNumber(1),
    )
    .addHelpText(
      'after',
      `
It works until it is stopped (Ctrl-C, after the jobs under way), for any number of commands. docs/machines.md says how to set up Redis,
Slurm and Kubernetes.

Examples:
  transpike worker --queue redis://head:6379
  transpike worker --queue rediss://head:6379 --concurrency 4 --cache /scratch/transpike`,
    )
    .action(workerAction);
}

async function workerAction(settings: ServeSettings): Promise<void> {
  const interruption = stopOnInterrupt('the jobs under way');
  await serveQueue({ ...settings, signal: interruption.signal, onNotice: printNotice }).finally(() =>
    interruption.end(),
  );
}
