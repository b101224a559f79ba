/** What came of one item. */
export type LookAheadResult<Item, Value> = { item: Item; value: Value } | { item: Item; error: unknown };

/**
 * Does asynchronous work on a list of items and returns the results in the order of the list, while the work on the following items
 * goes on. Errors are results too. When the consumer stops early, items not yet begun are dropped.
 *
 * @param window number of items that are begun or done before they are asked for
 * @param concurrency number of items that are worked on at a time
 */
export async function* lookAhead<Item, Value>(
  items: readonly Item[],
  work: (item: Item) => Promise<Value>,
  window: number,
  concurrency: number,
): AsyncGenerator<LookAheadResult<Item, Value>> {
  const gate = new Gate(concurrency);
  const run = (item: Item): Promise<LookAheadResult<Item, Value>> =>
    gate
      .pass(() => work(item))
      .then(
        (value) => ({ item, value }),
        (error: unknown) => ({ item, error }),
      );
  const waiting: Promise<LookAheadResult<Item, Value>>[] = [];
  let next = 0;
  try {
    while (next < items.length || waiting.length > 0) {
      while (next < items.length && waiting.length <= window) waiting.push(run(items[next++]!));
      yield await waiting.shift()!;
    }
  } finally {
    gate.close();
  }
}

/** Lets a limited number of jobs run at a time, the others in the order in which they came. */
class Gate {
  #free: number;
  #closed = false;
  readonly #queue: (() => void)[] = [];

  constructor(places: number) {
    this.#free = places;
  }

  async pass<Value>(job: () => Promise<Value>): Promise<Value> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#queue.push(resolve));
    try {
      return await job();
    } finally {
      const following = this.#closed ? undefined : this.#queue.shift();
      if (following) following();
      else this.#free++;
    }
  }

  /** Jobs that still wait are never started. */
  close(): void {
    this.#closed = true;
    this.#queue.length = 0;
  }
}
