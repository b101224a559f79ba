import type { EventNotes } from './event-notes.ts';

/** Time of a clock that starts again after a period: a step back by more than half of it is a new start. */
export class WrappingClock {
  readonly #period: number;
  readonly #notes: EventNotes | undefined;
  #last = 0;
  #passed = 0;

  /**
   * @param period microseconds after which the clock starts again
   * @param notes where each start is noted; absent where it is as it should be
   */
  constructor(period: number, notes?: EventNotes) {
    this.#period = period;
    this.#notes = notes;
  }

  /** The time since the first start. @param reading what the clock says */
  time(reading: number): number {
    if (this.#last - reading > this.#period / 2) {
      this.#passed += this.#period;
      this.#notes?.add('wrapped', () => `behind ${this.#last} µs`);
    }
    this.#last = reading;
    return this.#passed + reading;
  }

  /** What comes later is later by so much. */
  skip(microseconds: number): void {
    this.#passed += microseconds;
  }
}
