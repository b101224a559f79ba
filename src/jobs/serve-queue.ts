import { availableParallelism } from 'node:os';
import type { JobListener } from './notice.ts';

/** How to work for a queue. */
export interface ServeSettings extends JobListener {
  /** Address of the Redis, as for {@link EvaluateSettings.queue}. */
  readonly queue: string;
  /** Jobs at a time, each in a process of its own. Default: as many as there are processors. */
  readonly concurrency?: number | undefined;
  /** Folder for what is fetched. Default: `transpike/content` in the user's folder of caches. */
  readonly cacheFolder?: string | undefined;
  /** Most of it, in MB. Default 20,000. */
  readonly cacheMB?: number | undefined;
  /** Seconds without a sign of life after which other workers take a job over. Default 20. */
  readonly lease?: number | undefined;
  /** Seconds after which a job that is not done counts as hanging, and is given again. Default 900. */
  readonly patience?: number | undefined;
  /** Ends the work after the jobs under way. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Works for the commands that name the same queue, until it is stopped.
 *
 * @throws RuntimeError if there is no Redis, or this machine cannot work, as with a full disk; UsageError if the Redis refuses the password
 *
 * @example
 * ```ts
 * import { evaluation } from 'transpike';
 *
 * const queue = 'redis://127.0.0.1:1';
 * const error = await evaluation.serveQueue({ queue, concurrency: 2 }).catch((thrown) => thrown);
 * console.log(error.name); // RuntimeError
 * ```
 */
export async function serveQueue({
  onNotice,
  concurrency = availableParallelism(),
  ...settings
}: ServeSettings): Promise<void> {
  const { runQueueWorker } = await import('../queue/index.ts');
  await runQueueWorker({
    ...settings,
    concurrency,
    onMessage: (message, isWarning) => onNotice?.({ kind: isWarning ? 'queue-trouble' : 'queue', message }),
  });
}
