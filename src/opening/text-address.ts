import { existsSync } from 'node:fs';
import type { DatasetOptions } from '../data/dataset.ts';
import { DataError } from '../errors.ts';

/** Data of texts and what is said of them behind their path. */
export interface TextAddress {
  readonly path: string;
  readonly columns: DatasetOptions['columns'];
  /** Most tokens of a text; default: what the network takes. */
  readonly length: number | undefined;
}

const names = ['text', 'pair', 'label', 'length'];

/**
 * Reads an address such as `reviews.csv?text=review&label=stars&length=128`: a path, and behind a question mark the columns of a table and the most
 * tokens of a text. A path that is there is taken as it is.
 *
 * @throws DataError if something else is said, or the length is no whole number
 */
export function textAddress(address: string): TextAddress {
  const path = pathOfText(address);
  const query = new URLSearchParams(address.slice(path.length));
  const unknown = [...query.keys()].filter((name) => !names.includes(name));
  const length = query.get('length');
  if (unknown.length > 0 || (length !== null && !/^[1-9]\d*$/.test(length))) {
    throw new DataError({
      where: address,
      expected: `only ${names.join(', ')} behind the question mark, the length as a whole number from 1 on`,
      got: address.slice(path.length + 1),
      remedy: "Write for example 'reviews.csv?text=review&label=stars&length=128'",
    });
  }
  const column = (name: string) => query.get(name) ?? undefined;
  const said = { text: column('text'), pair: column('pair'), label: column('label') };
  return {
    path,
    columns: Object.values(said).some((name) => name !== undefined) ? said : undefined,
    length: length === null ? undefined : Number(length),
  };
}

/** The path of an address, without what is said behind it. */
export function pathOfText(address: string): string {
  const at = address.lastIndexOf('?');
  if (at < 0 || existsSync(address)) return address;
  const path = address.slice(0, at);
  return existsSync(path) ? path : address;
}
