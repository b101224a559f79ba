const header = new TextEncoder().encode('% Version 2\n% Height 240\n% Width 304\n');
const recordLength = 8;

/**
 * A recording of Prophesee's `.dat` of any length that lies in no file: event i comes i µs after the first. What is read is written as it is asked for.
 */
export class GeneratedRecording {
  readonly location = 'generated.dat';
  readonly length: number;
  /** Most bytes that were asked for at a time. */
  longestRead = 0;
  readonly #begin = Uint8Array.of(...header, 0, recordLength);

  constructor(events: number) {
    this.length = this.#begin.length + recordLength * events;
  }

  read(offset: number, length: number): Uint8Array {
    this.longestRead = Math.max(this.longestRead, length);
    const bytes = new Uint8Array(length);
    const start = this.#begin.length;
    if (offset < start) bytes.set(this.#begin.subarray(offset, offset + length));
    const view = new DataView(bytes.buffer);
    const from = Math.max(offset, start);
    let event = (from - start) / recordLength;
    for (let at = from - offset; at + recordLength <= length; at += recordLength, event++) {
      view.setUint32(at, event % 2 ** 32, true);
      const spread = Math.imul(event, 0x9e3779b1) >>> 0;
      view.setUint32(at + 4, (spread % 304) | (((spread >>> 9) % 240) << 14) | ((spread >>> 31) << 28), true);
    }
    return bytes;
  }
}
