/**
 * Finds names that are not in use: the hint, or the hint with the smallest number that is free. It remembers how far it
 * has counted for each hint, and has to be told of names that become free again.
 */
export class NameCounter {
  readonly #next = new Map<string, number>();

  /** A free name. */
  choose(hint: string, isUsed: (name: string) => boolean): string {
    if (!isUsed(hint)) return hint;
    for (let number = this.#next.get(hint) ?? 1; ; number++) {
      const name = `${hint}_${number}`;
      if (isUsed(name)) continue;
      this.#next.set(hint, number);
      return name;
    }
  }

  /** Says that a name is no longer in use. */
  release(name: string): void {
    const at = name.lastIndexOf('_');
    const hint = name.slice(0, at);
    const counted = at < 0 ? undefined : this.#next.get(hint);
    if (counted === undefined) return;
    const number = Number(name.slice(at + 1));
    if (Number.isInteger(number) && number >= 1 && number < counted) this.#next.set(hint, number);
  }
}
