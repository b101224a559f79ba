import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { FormatError } from '../errors.ts';
import type { ByteSource } from '../graph/byte-source.ts';

/** A file whose bytes are read when they are needed. */
export class FileSource implements ByteSource {
  /** Absolute path. */
  readonly location: string;
  #length: number | undefined;

  constructor(path: string) {
    this.location = resolve(path);
  }

  get length(): number | undefined {
    this.#length ??= statSync(this.location, { throwIfNoEntry: false })?.size;
    return this.#length;
  }

  read(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    const file = openSync(this.location, 'r');
    try {
      let done = 0;
      // One read call returns at most 2 GiB.
      while (done < length) {
        const count = readSync(file, bytes, done, Math.min(length - done, 2 ** 30), offset + done);
        if (count === 0) break;
        done += count;
      }
      if (done < length) {
        throw new FormatError({
          where: this.location,
          expected: `${length} bytes at offset ${offset}`,
          got: `the end of the file after ${done}`,
          remedy: 'The file is truncated; copy or download it again',
        });
      }
      return bytes;
    } finally {
      closeSync(file);
    }
  }
}
