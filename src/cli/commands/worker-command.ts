import type { Command } from 'commander';
import { counted } from '../../counted.ts';
import { refuseIdle } from '../../jobs/refuse-idle.ts';
import { type ServeSettings, serveQueue } from '../../jobs/serve-queue.ts';
import { describedCommand } from '../described-command.ts';
import { JobOption, options, wholeNumber } from '../options.ts';
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
    .option('--status', 'say which runs there are and how all workers are doing, and end')
    .addOption(options.json())
    .addHelpText(
      'after',
      `
It works until it is stopped (Ctrl-C, after the jobs under way), for any number of commands. docs/machines.md says how to set up Redis,
Slurm and Kubernetes.

Examples:
  transpike worker --queue redis://head:6379
  transpike worker --queue redis://head:6379 --status
  transpike worker --queue rediss://head:6379 --concurrency 4 --cache /scratch/transpike`,
    )
    .action(workerAction);
}

interface Settings extends ServeSettings {
  readonly status?: boolean;
  readonly json?: boolean;
}

async function workerAction({ status, json, ...settings }: Settings): Promise<void> {
  if (status) return printStatus(settings.queue, json);
  if (json)
    refuseIdle('worker', { format: 'json' }, ['format'], {
      because: 'while it works',
      remedy: 'Ask for the status, too',
    });
  const interruption = stopOnInterrupt('the jobs under way');
  await serveQueue({ ...settings, signal: interruption.signal, onNotice: printNotice }).finally(() =>
    interruption.end(),
  );
}

async function printStatus(address: string, json = false): Promise<void> {
  const { queueStatus } = await import('../../queue/index.ts');
  const { runs, workers } = await queueStatus(address);
  if (json) {
    console.log(JSON.stringify({ runs, workers }, null, 2));
    return;
  }
  for (const { title, from, done, total, workers: able } of runs)
    console.log(
      `${title} (${from}): ${total > 0 ? `${done} of ${total} images` : `${done} images`}, ${counted(able, 'worker')}`,
    );
  if (runs.length === 0) console.log('no runs');
  for (const { name, transpike, busy, concurrency, images, rate, mishaps } of workers) {
    console.log(
      `${name}: ${busy} of ${concurrency} busy, ${images} images, ${rate.toPrecision(3)} images/s, transpike ${transpike}`,
    );
    for (const { time, what } of mishaps) console.log(`  ${time} ${what}`);
  }
  if (workers.length === 0) console.log('no workers');
}
