import { Sequence } from './sequence.ts';
import { type Uses, ValueIndex } from './value-index.ts';

/** A sequence that knows who writes and who reads each value: from the first question on, every edit keeps the answers current. */
export class IndexedSequence<Item extends object> extends Sequence<Item> {
  readonly #usesOf: (item: Item) => Uses;
  #index: ValueIndex<Item> | undefined;

  constructor(usesOf: (item: Item) => Uses) {
    super();
    this.#usesOf = usesOf;
  }

  override insert(item: Item, before?: Item): void {
    super.insert(item, before);
    this.#index?.add(item);
  }

  override delete(item: Item): void {
    this.#index?.delete(item);
    super.delete(item);
  }

  /** Says that an item reads or writes other values than before. */
  refresh(item: Item): void {
    this.#index?.refresh(item);
  }

  /** The item that writes a value, the last one if there are several. */
  writerOf(name: string): Item | undefined {
    return this.#known().writerOf(name);
  }

  /** The items that read a value, in order. */
  readersOf(name: string): readonly Item[] {
    return this.#known().readersOf(name);
  }

  #known(): ValueIndex<Item> {
    if (!this.#index) {
      this.#index = new ValueIndex(this.#usesOf, (a, b) => this.compare(a, b));
      for (const item of this.items) this.#index.add(item);
    }
    return this.#index;
  }
}
