import { RuntimeError } from '../errors.ts';
import { encodeForSession } from '../files/encode-for-session.ts';
import { sampleCount } from '../graph/input-batch.ts';
import type { CompareNetwork, NetworkComparison } from '../tuning/search/measure-network.ts';
import type { TuningImages } from '../tuning/tuning-images.ts';
import { JobFailure, mostDeaths } from './job-ledger.ts';
import { jobName } from './job-name.ts';
import { pack, unpackText } from './packed.ts';
import { weightFiles } from './weight-files.ts';
import type { TuningStart } from './work-message.ts';
import type { WorkQueue } from './work-queue.ts';

/** What a tuning on a queue has to know beside the images. */
export interface QueuedTuning {
  /** What is tuned, in a few words. */
  readonly title: string;
  /** What makes the run this one and no other, such as its folder. */
  readonly name: string;
  /** Memory of one process that compares, in bytes. */
  readonly bytes: number;
  /** Takes back what no worker has begun. */
  readonly signal: AbortSignal | undefined;
}

/** Gives what compares networks on the images of a tuning. */
export type CompareElsewhere = (images: TuningImages) => Promise<CompareNetwork>;

/** Compares networks by the workers of a queue: a job is one network on the images, which each worker fetches once. */
export function compareOnQueue(
  queue: WorkQueue,
  { title, name, bytes, signal }: QueuedTuning,
): CompareElsewhere {
  return async ({ held, probes }) => {
    const start = queue.content.hold(pack({ kind: 'tuning', held, probes } satisfies TuningStart));
    const id = jobName(name, start.hash);
    await queue.offer(id, { title, start, files: [], bytes, total: 0 });
    signal?.addEventListener('abort', () => void queue.stop(), { once: true });
    return async (model, steps, which) => {
      const files = await weightFiles(model);
      for (const file of files) queue.content.addFile(file);
      const sent = queue.content.hold(encodeForSession(model));
      const batches = which === 'held' ? held : probes;
      const images = batches.reduce((sum, batch) => sum + sampleCount(batch), 0);
      try {
        const order = { kind: 'network', model: sent, files, steps, images: which } as const;
        const { answer } = await queue.run(jobName(id, sent.hash, `${steps}`, which), order, images);
        return unpackText<NetworkComparison>(answer);
      } catch (error) {
        throw error instanceof JobFailure ? explained(error) : error;
      } finally {
        queue.release(sent);
      }
    };
  };
}

function explained(failure: JobFailure): RuntimeError {
  const { why, content } = failure;
  if (why !== 'deaths') return new RuntimeError(content, { cause: failure });
  return new RuntimeError(
    {
      where: 'a network of the tuning',
      expected: 'an answer from the workers',
      got: `the death of ${mostDeaths} of them (${new RuntimeError(content).message})`,
      remedy: 'Memory may have run out: try smaller batches, or workers with fewer jobs at a time',
      means: ['batchSize'],
    },
    { cause: failure },
  );
}
