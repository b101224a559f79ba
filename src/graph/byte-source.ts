/** Bytes outside of memory, those of a file above all, which are read when numbers are asked for. */
export interface ByteSource {
  /** What it is called; for a file the absolute path. */
  readonly location: string;
  /** Number of bytes; undefined if nothing is there. */
  readonly length: number | undefined;
  /**
   * Reads a stretch.
   *
   * @throws FormatError if the source ends before
   */
  read(offset: number, length: number): Uint8Array;
}
