import { UsageError } from '../errors.ts';
import type { EvaluateElsewhere } from '../evaluation/run/evaluate-elsewhere.ts';
import type { CompareElsewhere, QueuedTuning } from '../queue/compare-on-queue.ts';
import type { QueuedEvaluation } from '../queue/evaluate-on-queue.ts';
import type { JobListener } from './notice.ts';
import type { QueueSettings } from './queue-settings.ts';

/** A queue as jobs see it. */
interface OpenedQueue {
  evaluation(run: QueuedEvaluation): EvaluateElsewhere;
  comparing(run: QueuedTuning): CompareElsewhere;
  describe(): string;
  close(): Promise<void>;
}

/**
 * Opens the queue that settings name; undefined where they name none, and then nothing of Redis is loaded.
 *
 * @throws UsageError if workers are named, too, or the address is none; RuntimeError if there is no Redis
 */
export async function openQueue(
  settings: QueueSettings &
    JobListener & { readonly workers?: number | undefined; readonly stream?: string | undefined },
): Promise<OpenedQueue | undefined> {
  const { queue: address, serve, workers, stream, onNotice } = settings;
  if (address === undefined) {
    if (serve !== undefined) throw idle('serve');
    return undefined;
  }
  if (workers !== undefined) throw idle('workers');
  if (stream !== undefined) throw idle('stream');
  const { compareOnQueue, WorkQueue, evaluateOnQueue } = await import('../queue/index.ts');
  const queue = await WorkQueue.open(
    { queue: address, serve },
    {
      onMessage: (message, isWarning) => onNotice?.({ kind: isWarning ? 'queue-trouble' : 'queue', message }),
    },
  );
  return {
    evaluation: (run) => evaluateOnQueue(queue, run),
    comparing: (run) => compareOnQueue(queue, run),
    describe: () => queue.describe(),
    close: () => queue.close(),
  };
}

/** What does nothing with a queue, or without one. */
const idleSettings = {
  serve: ['a queue, too', 'an address to serve at'],
  workers: ['workers of the queue alone, which are started elsewhere', 'workers of this machine'],
  stream: ['samples that are each by itself', 'a stream, whose samples go on from one another'],
} as const;

function idle(setting: keyof typeof idleSettings): UsageError {
  const [expected, got] = idleSettings[setting];
  return new UsageError({
    where: 'queue',
    expected,
    got,
    remedy: 'Leave one of them out',
    means: ['queue', setting],
  });
}
