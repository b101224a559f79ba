/**
 * The same values, each made while the consumer works on the one before it. An error comes in its turn. When the consumer
 * stops early, the source is ended.
 */
export async function* oneAhead<Value>(source: AsyncGenerator<Value, void>): AsyncGenerator<Value> {
  let next = source.next();
  try {
    for (let result = await next; !result.done; result = await next) {
      next = source.next();
      // Whoever awaits it sees the error; without this, an error nobody has awaited yet would end the process.
      next.catch(() => undefined);
      yield result.value;
    }
  } finally {
    await source.return();
  }
}
