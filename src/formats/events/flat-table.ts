/** A table of a FlatBuffer: fields that may be there, found by their numbers. @throws RangeError where a place lies outside of the bytes */
export class FlatTable {
  readonly #view: DataView;
  readonly #at: number;

  constructor(view: DataView, at: number) {
    this.#view = view;
    this.#at = at;
  }

  /** The table at the root of bytes that begin with their length. */
  static root(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new FlatTable(view, 4 + view.getUint32(4, true));
  }

  /** A field of 32 bits. */
  int32(field: number, fallback: number): number {
    const at = this.#place(field);
    return at === undefined ? fallback : this.#view.getInt32(at, true);
  }

  /** A field of 64 bits. */
  int64(field: number, fallback: number): number {
    const at = this.#place(field);
    return at === undefined ? fallback : Number(this.#view.getBigInt64(at, true));
  }

  /** A field of text. */
  text(field: number): string {
    const found = this.vector(field, 1);
    return new TextDecoder().decode(
      found && new Uint8Array(found.buffer, found.byteOffset, found.byteLength),
    );
  }

  /** The elements of a vector of structs or bytes. @param length of one, in bytes */
  vector(field: number, length: number): DataView | undefined {
    const at = this.#place(field);
    if (at === undefined) return undefined;
    const start = at + this.#view.getUint32(at, true);
    const count = this.#view.getUint32(start, true);
    return new DataView(this.#view.buffer, this.#view.byteOffset + start + 4, count * length);
  }

  #place(field: number): number | undefined {
    const table = this.#at - this.#view.getInt32(this.#at, true);
    const slot = 4 + 2 * field;
    if (slot >= this.#view.getUint16(table, true)) return undefined;
    const offset = this.#view.getUint16(table + slot, true);
    return offset === 0 ? undefined : this.#at + offset;
  }
}
