import type { Redis } from 'ioredis';

/** Waits for work that needs a connection until it is done or the connection lost: commands would wait for its return, maybe for ever. */
export async function unlessLost(redis: Redis, work: Promise<void>): Promise<void> {
  let lost: () => void = () => undefined;
  const loss = new Promise<void>((resolve) => {
    lost = resolve;
    redis.once('close', lost);
  });
  // What is cut off later is of no interest.
  work.catch(() => undefined);
  await Promise.race([work, loss]).finally(() => redis.off('close', lost));
}
