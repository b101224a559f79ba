/** What an item of an index reads and writes, by name. An empty name is none, and a name may come twice. */
export interface Uses {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/**
 * Who writes and who reads each value. Items come and go one by one; what they read and write is looked up when they
 * come, or anew after they have changed, so that the index never counts through.
 */
export class ValueIndex<Item extends object> {
  readonly #usesOf: (item: Item) => Uses;
  readonly #writers: ItemsByName<Item>;
  readonly #readers: ItemsByName<Item>;
  readonly #uses = new Map<Item, Uses>();
  readonly #changed = new Set<Item>();

  /** @param compare order in which the items of one value are listed */
  constructor(usesOf: (item: Item) => Uses, compare: (a: Item, b: Item) => number) {
    this.#usesOf = usesOf;
    this.#writers = new ItemsByName(compare);
    this.#readers = new ItemsByName(compare);
  }

  add(item: Item): void {
    const uses = this.#usesOf(item);
    this.#uses.set(item, uses);
    for (const name of uses.writes) this.#writers.add(name, item);
    for (const name of uses.reads) this.#readers.add(name, item);
  }

  delete(item: Item): void {
    const { reads, writes } = this.#uses.get(item)!;
    this.#uses.delete(item);
    this.#changed.delete(item);
    for (const name of writes) this.#writers.delete(name, item);
    for (const name of reads) this.#readers.delete(name, item);
  }

  /** Says that an item may read or write other values now; they are looked up when next asked for. */
  refresh(item: Item): void {
    this.#changed.add(item);
  }

  /** The item that writes a value, the last one if there are several. */
  writerOf(name: string): Item | undefined {
    this.#settle();
    return this.#writers.last(name);
  }

  /** The items that read a value, in order. */
  readersOf(name: string): readonly Item[] {
    this.#settle();
    return this.#readers.list(name);
  }

  #settle(): void {
    if (this.#changed.size === 0) return;
    for (const item of this.#changed) {
      this.delete(item);
      this.add(item);
    }
  }
}

/** Items by name, those of one name in order. Most names have one item, which needs no set of its own. */
class ItemsByName<Item extends object> {
  readonly #items = new Map<string, Item | Set<Item>>();
  readonly #lists = new Map<string, readonly Item[]>();
  readonly #compare: (a: Item, b: Item) => number;

  constructor(compare: (a: Item, b: Item) => number) {
    this.#compare = compare;
  }

  add(name: string, item: Item): void {
    if (name === '') return;
    const known = this.#items.get(name);
    if (known === undefined) this.#items.set(name, item);
    else if (known instanceof Set) known.add(item);
    else if (known !== item) this.#items.set(name, new Set([known, item]));
    if (known !== undefined) this.#lists.delete(name);
  }

  delete(name: string, item: Item): void {
    const known = this.#items.get(name);
    if (known === item) this.#items.delete(name);
    else if (known instanceof Set && known.delete(item)) this.#lists.delete(name);
  }

  last(name: string): Item | undefined {
    const known = this.#items.get(name);
    return known instanceof Set ? this.list(name).at(-1) : known;
  }

  list(name: string): readonly Item[] {
    const known = this.#items.get(name);
    if (known === undefined) return [];
    if (!(known instanceof Set)) return [known];
    let list = this.#lists.get(name);
    if (!list) {
      list = [...known].sort(this.#compare);
      this.#lists.set(name, list);
    }
    return list;
  }
}
