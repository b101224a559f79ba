/**
 * Events of a camera that says when the brightness of a pixel has changed: a column for each of their parts, all of one length, in the order
 * of time.
 */
export interface Events {
  /** Microseconds; whole numbers where they come from a file, any where they are simulated. */
  readonly t: Float64Array;
  /** Column of the pixel, from the left. */
  readonly x: Uint16Array;
  /** Row of the pixel, from the top. */
  readonly y: Uint16Array;
  /** Polarity: 1 for ON (brighter), 0 for OFF (darker). */
  readonly p: Uint8Array;
}

/** Pixels a row, and rows. */
export interface SensorSize {
  readonly width: number;
  readonly height: number;
}

/** Pieces of a stream of events, one after the other in time; only one of them is in memory at a time. */
export type EventChunks = AsyncIterable<Events> | Iterable<Events>;

/** The events from one place up to another, which is left out, without copying. */
export function sliceEvents({ t, x, y, p }: Events, from: number, to = t.length): Events {
  return {
    t: t.subarray(from, to),
    x: x.subarray(from, to),
    y: y.subarray(from, to),
    p: p.subarray(from, to),
  };
}

/** All events of a stream in memory. */
export async function collectEvents(chunks: EventChunks): Promise<Events> {
  const writer = new EventWriter();
  for await (const chunk of chunks) writer.append(chunk);
  return writer.take();
}

/** Puts events together, one by one or chunk by chunk. */
export class EventWriter {
  #t: Float64Array;
  #x: Uint16Array;
  #y: Uint16Array;
  #p: Uint8Array;
  #count = 0;

  /** @param capacity events that there is room for at first */
  constructor(capacity = 1024) {
    this.#t = new Float64Array(capacity);
    this.#x = new Uint16Array(capacity);
    this.#y = new Uint16Array(capacity);
    this.#p = new Uint8Array(capacity);
  }

  /** Number of events so far. */
  get count(): number {
    return this.#count;
  }

  /** Adds one event. */
  push(t: number, x: number, y: number, p: number): void {
    const at = this.#count++;
    if (at === this.#t.length) this.#grow(2 * at);
    this.#t[at] = t;
    this.#x[at] = x;
    this.#y[at] = y;
    this.#p[at] = p;
  }

  /** Adds events. */
  append({ t, x, y, p }: Events): void {
    const at = this.#count;
    this.#count += t.length;
    if (this.#count > this.#t.length) this.#grow(Math.max(this.#count, 2 * this.#t.length));
    this.#t.set(t, at);
    this.#x.set(x, at);
    this.#y.set(y, at);
    this.#p.set(p, at);
  }

  /** The events so far, as columns of their own; the writer begins anew. */
  take(): Events {
    const count = this.#count;
    this.#count = 0;
    const [t, x, y, p] = [this.#t, this.#x, this.#y, this.#p];
    return { t: t.slice(0, count), x: x.slice(0, count), y: y.slice(0, count), p: p.slice(0, count) };
  }

  #grow(capacity: number): void {
    const grown = <A extends { set(from: A): void }>(Column: new (length: number) => A, old: A): A => {
      const column = new Column(Math.max(capacity, 16));
      column.set(old);
      return column;
    };
    this.#t = grown(Float64Array, this.#t);
    this.#x = grown(Uint16Array, this.#x);
    this.#y = grown(Uint16Array, this.#y);
    this.#p = grown(Uint8Array, this.#p);
  }
}
