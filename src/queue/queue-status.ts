import { Board } from './board.ts';
import { connectRedis } from './connect-redis.ts';
import { queueAddress } from './queue-address.ts';
import { type RunOffer, runBoard, runOfferSchema } from './run-offer.ts';
import { queueNameOf } from './work-identity.ts';
import { type Mishap, type WorkerPresence, workerBoard, workerPresenceSchema } from './worker-presence.ts';

/** What happens on a queue. */
export interface QueueStatus {
  readonly runs: readonly (Pick<RunOffer, 'title' | 'from' | 'done' | 'total'> & {
    /** Workers that may do its jobs. */
    readonly workers: number;
  })[];
  readonly workers: readonly (Pick<
    WorkerPresence,
    'concurrency' | 'busy' | 'jobs' | 'images' | 'rate' | 'started'
  > & {
    /** Machine and process. */
    readonly name: string;
    readonly transpike: string;
    /** What failed there lately. */
    readonly mishaps: readonly Mishap[];
  })[];
}

/** Says which runs are on a queue, and how its workers are doing. @throws RuntimeError if there is no Redis */
export async function queueStatus(address: string): Promise<QueueStatus> {
  const { connect } = await connectRedis(queueAddress(address));
  const redis = connect();
  try {
    const offers = await new Board(redis, runBoard.key, runOfferSchema, runBoard.seconds).all();
    const workers = await new Board(redis, workerBoard.key, workerPresenceSchema, workerBoard.seconds).all();
    const kinds = [...workers.values()].map(({ identity }) => queueNameOf(identity));
    return {
      runs: [...offers.values()].map(({ title, from, done, total, identity }) => {
        const own = queueNameOf(identity);
        return { title, from, done, total, workers: kinds.filter((kind) => kind === own).length };
      }),
      workers: [...workers].map(
        ([name, { identity, concurrency, busy, jobs, images, rate, started, mishaps }]) => {
          const { transpike } = identity;
          return { name, transpike, concurrency, busy, jobs, images, rate, started, mishaps };
        },
      ),
    };
  } finally {
    redis.disconnect();
  }
}
