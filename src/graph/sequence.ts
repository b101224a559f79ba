/**
 * Items in an order that can be edited anywhere, and asked for, without counting through: each item has its neighbours
 * and a label that grows along the sequence. An item is in one sequence at most.
 */
export class Sequence<Item extends object> {
  #first: Place<Item> | undefined;
  #last: Place<Item> | undefined;
  #items: readonly Item[] | undefined;

  /** All items in order, as of now: later edits do not show in this list. */
  get items(): readonly Item[] {
    this.#items ??= [...this.#walk()];
    return this.#items;
  }

  /** Whether the item is in this sequence. */
  has(item: Item): boolean {
    return places.get(item)?.sequence === this;
  }

  /** Puts an item, which is in no sequence, directly before another one of this sequence; default: at the end. */
  insert(item: Item, before?: Item): void {
    const next = before && this.#placeOf(before);
    const previous = next ? next.previous : this.#last;
    const place: Place<Item> = { sequence: this, item, label: labelBetween(previous, next), previous, next };
    if (previous) previous.next = place;
    else this.#first = place;
    if (next) next.previous = place;
    else this.#last = place;
    places.set(item, place);
    this.#items = undefined;
  }

  /** Takes an item out. */
  delete(item: Item): void {
    const { previous, next } = this.#placeOf(item);
    if (previous) previous.next = next;
    else this.#first = next;
    if (next) next.previous = previous;
    else this.#last = previous;
    places.delete(item);
    this.#items = undefined;
  }

  /** The item behind another one, or the first one. */
  next(item?: Item): Item | undefined {
    return (item ? this.#placeOf(item).next : this.#first)?.item;
  }

  /** Negative if `a` comes before `b`. */
  compare(a: Item, b: Item): number {
    return this.#placeOf(a).label - this.#placeOf(b).label;
  }

  #placeOf(item: Item): Place<Item> {
    return places.get(item) as Place<Item>;
  }

  *#walk(): Generator<Item> {
    for (let place = this.#first; place; place = place.next) yield place.item;
  }
}

/** Whether an item is in any sequence. */
export function isPlaced(item: object): boolean {
  return places.has(item);
}

interface Place<Item extends object> {
  readonly sequence: Sequence<Item>;
  readonly item: Item;
  label: number;
  previous: Place<Item> | undefined;
  next: Place<Item> | undefined;
}

const places = new WeakMap<object, Place<object>>();

function labelBetween(previous?: Place<object>, next?: Place<object>): number {
  if (!previous || !next) return previous ? previous.label + 1 : next ? next.label - 1 : 0;
  const middle = () => (previous.label + next.label) / 2;
  if (middle() <= previous.label || middle() >= next.label) spread(previous);
  return middle();
}

/** Labels this close together leave no room for many more. */
const narrow = 2 ** -16;

/** Makes room around a place: it and as few neighbours as need be get labels that lie evenly. */
function spread(around: Place<object>): void {
  let [first, last, count] = [around, around, 1];
  for (let wanted = 16; ; wanted *= 2) {
    while (count < wanted && (first.previous || last.next)) {
      if (first.previous) [first, count] = [first.previous, count + 1];
      if (last.next) [last, count] = [last.next, count + 1];
    }
    // At either end there is all the room one wants.
    const high = last.next?.label ?? (first.previous?.label ?? 0) + count + 1;
    const low = first.previous?.label ?? high - count - 1;
    const gap = (high - low) / (count + 1);
    if (gap < narrow) continue;
    let label = low;
    for (let each: Place<object> | undefined = first; each !== last.next; each = each.next!) {
      label += gap;
      each.label = label;
    }
    return;
  }
}
