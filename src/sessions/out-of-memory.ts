import { messageOf, OutOfMemoryError } from '../errors.ts';
import { rootCause, shortageOf } from '../shortage.ts';

/**
 * Does work that takes memory in proportion to a batch.
 *
 * @param where what works, for the message
 * @param batch number of images
 * @throws OutOfMemoryError that names a batch to try where memory runs out; other errors as they are
 */
export async function withBatchInError<R>(where: string, batch: number, work: () => Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OutOfMemoryError || shortageOf(error) !== 'memory') throw error;
    throw new OutOfMemoryError(
      {
        where: `${where}, batch ${batch}`,
        expected: 'enough memory',
        got: messageOf(rootCause(error)).replace(/\s+/g, ' ').slice(0, 300),
        remedy:
          batch > 1
            ? `Use a batch of ${Math.ceil(batch / 2)}`
            : 'Use fewer workers or time-steps, close other programs, or use a machine with more memory',
        means: batch > 1 ? ['batchSize'] : ['workers', 'steps'],
      },
      { cause: error },
    );
  }
}
