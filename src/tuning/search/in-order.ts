/** What was found, and still has to be written down. */
export interface Finding<Value> {
  readonly value: Value;
  write(): Promise<void>;
}

/** A value with nothing to be written. */
export function known<Value>(value: Value): Finding<Value> {
  return { value, write: async () => undefined };
}

/** How findings are made. */
export interface InOrderOptions {
  /** Whether all are begun at once, for others to do; else one after the other. */
  readonly together: boolean;
  readonly stopped: () => boolean;
  /** Told when one is written. */
  readonly onWritten: () => void;
}

/**
 * Finds something for each of the items, and writes that down in their order, however many are found at a time.
 *
 * @returns undefined if it was stopped
 */
export async function inOrder<Item, Value>(
  items: readonly Item[],
  find: (item: Item) => Promise<Finding<Value>>,
  { together, stopped, onWritten }: InOrderOptions,
): Promise<Value[] | undefined> {
  const begun = together ? items.map(find) : [];
  // Whoever awaits one sees its error; without this, one that nobody has awaited yet would end the process.
  for (const each of begun) each.catch(() => undefined);
  const values: Value[] = [];
  for (const [i, item] of items.entries()) {
    if (stopped()) return undefined;
    const finding = await (begun[i] ?? find(item));
    await finding.write();
    values.push(finding.value);
    onWritten();
  }
  return values;
}
