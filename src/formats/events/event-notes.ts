/** What may be odd about the events of a file. */
export type Oddity = keyof typeof oddities;

/** What each oddity is, and what is done about it. */
const oddities = {
  outside: 'events outside of the sensor; left out',
  late: 'events earlier than the one before them; given its time',
  wrapped: 'times that the clock started again; time goes on',
  invalid: 'events that the camera marked as invalid; left out',
  timeless: 'events before the file tells a time; left out',
  triggers: 'external triggers and other words that are no events; left out',
} as const;

/** How often something odd was met, and where first. */
export interface Note {
  readonly oddity: Oddity;
  readonly count: number;
  /** The first one, for example `(40, 12) at 1200 µs`; where the place says nothing, empty. */
  readonly first: string;
  /** What it is and what was done. */
  readonly text: string;
}

/** Counts what is odd about events while they are read. */
export class EventNotes {
  readonly #counts = new Map<Oddity, { count: number; first: string }>();

  /** Counts one. @param first what is said of it if it is the first of its kind */
  add(oddity: Oddity, first: () => string = () => ''): void {
    const known = this.#counts.get(oddity);
    if (known) known.count++;
    else this.#counts.set(oddity, { count: 1, first: first() });
  }

  /** What was met so far. */
  get list(): readonly Note[] {
    return [...this.#counts].map(([oddity, { count, first }]) => ({
      oddity,
      count,
      first,
      text: `${count} ${oddities[oddity]}${first ? ` (the first: ${first})` : ''}`,
    }));
  }

  /** Begins anew, as for another reading of the same file. */
  clear(): void {
    this.#counts.clear();
  }
}
