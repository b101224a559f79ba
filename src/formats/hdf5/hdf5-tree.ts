import type { Dataset, Group } from 'h5wasm';
import { FormatError, messageOf } from '../../errors.ts';

/** What an HDF5 file holds: groups by name, numbers, and words. */
export type Hdf5Item = Hdf5Group | Hdf5Numbers | Hdf5Words;

export interface Hdf5Group {
  readonly kind: 'group';
  readonly items: ReadonlyMap<string, Hdf5Item>;
}

export interface Hdf5Numbers {
  readonly kind: 'numbers';
  /** Lengths of the axes; empty for a scalar. */
  readonly shape: readonly number[];
  readonly dataType: 'float32' | 'float64' | 'int64';
  readonly data: Float64Array;
}

export interface Hdf5Words {
  readonly kind: 'words';
  readonly shape: readonly number[];
  readonly data: readonly string[];
}

/** Groups in groups that are followed; a file whose links lead in a circle has more. */
const deepest = 8;
/** Objects of one file. */
const mostItems = 100_000;
/** Elements of all arrays of one file together, as far as memory goes. */
const mostElements = 2 ** 28;

/**
 * Reads an HDF5 file that is there as bytes. The library sees these bytes and nothing else of the machine, so that links to other files lead
 * nowhere.
 *
 * @param where name of the source for error messages
 * @throws FormatError if the file is damaged, or has links out of it or in a circle, or more than fits in memory
 */
export async function readHdf5(bytes: Uint8Array, where: string): Promise<Hdf5Group> {
  const hdf5 = await loadHdf5();
  return withFile(hdf5, bytes, (name) => {
    const file = attempt(where, () => new hdf5.library.File(name, 'r'));
    try {
      return new TreeReader(where).group(file, '', 0);
    } finally {
      file.close();
    }
  });
}

/** The bytes of an HDF5 file with these groups, numbers and words. */
export async function encodeHdf5(root: Hdf5Group): Promise<Uint8Array> {
  const hdf5 = await loadHdf5();
  return withFile(hdf5, undefined, (name) => {
    return withoutClock(() => {
      const file = new hdf5.library.File(name, 'w');
      writeGroup(file, root);
      file.close();
      return hdf5.files.readFile(name);
    });
  });
}

/** The library is loaded where such a file is named. */
async function loadHdf5() {
  const { default: library } = await import('h5wasm');
  const module = await library.ready;
  // Otherwise it prints what is wrong, and goes on.
  module.activate_throwing_error_handler();
  return { library, files: module.FS };
}

/** The library notes when it made something, and cannot be told not to: the same content would give other bytes each time. */
function withoutClock<R>(work: () => R): R {
  const { now } = Date;
  Date.now = () => 0;
  try {
    return work();
  } finally {
    Date.now = now;
  }
}

let count = 0;

/** Runs something with a file that is in memory alone. */
function withFile<R>(
  { files }: Awaited<ReturnType<typeof loadHdf5>>,
  bytes: Uint8Array | undefined,
  work: (name: string) => R,
): R {
  const name = `/${++count}.h5`;
  if (bytes) files.writeFile(name, bytes);
  try {
    return work(name);
  } finally {
    files.unlink(name);
  }
}

class TreeReader {
  readonly #where: string;
  #items = 0;
  #elements = 0;

  constructor(where: string) {
    this.#where = where;
  }

  group(group: Group, path: string, depth: number): Hdf5Group {
    if (depth > deepest)
      throw this.#refuse(path, `groups at most ${deepest} deep`, 'more, or links in a circle');
    const names = attempt(this.#where, () => group.keys(), path);
    const items = names.map((name): [string, Hdf5Item] => [
      name,
      this.#item(group, name, `${path}/${name}`, depth),
    ]);
    return { kind: 'group', items: new Map(items) };
  }

  #item(group: Group, name: string, path: string, depth: number): Hdf5Item {
    if (++this.#items > mostItems)
      throw this.#refuse(path, `at most ${mostItems} objects`, 'more, or links in a circle');
    const found = attempt(this.#where, () => group.get(name), path);
    if (found && 'keys' in found && 'create_group' in found)
      return this.group(found as Group, path, depth + 1);
    if (found && 'dtype' in found && 'slice' in found) return this.#array(found as Dataset, path);
    throw this.#refuse(path, 'a group or an array of this file', 'something else, such as a link out of it');
  }

  #array(dataset: Dataset, path: string): Hdf5Numbers | Hdf5Words {
    const { shape, dtype } = dataset;
    const size = (shape ?? []).reduce((product, length) => product * length, 1);
    this.#elements += size;
    if (!(this.#elements <= mostElements)) {
      throw this.#refuse(
        path,
        `arrays of at most ${mostElements} elements together`,
        `[${shape?.join(', ')}]`,
      );
    }
    const value = attempt(this.#where, () => dataset.value as unknown, path);
    const axes = shape ?? [];
    if (typeof value === 'string') return { kind: 'words', shape: axes, data: [value] };
    const list = (typeof value === 'object' && value !== null ? value : [value]) as ArrayLike<unknown>;
    if (typeof list[0] === 'string') return { kind: 'words', shape: axes, data: Array.from(list, String) };
    const numbers = Float64Array.from(list, Number);
    const dataType =
      dtype === '<f' || dtype === '>f' || dtype === '<e'
        ? 'float32'
        : dtype === '<d' || dtype === '>d'
          ? 'float64'
          : 'int64';
    return { kind: 'numbers', shape: axes, dataType, data: numbers };
  }

  #refuse(path: string, expected: string, got: string): FormatError {
    return new FormatError({
      where: `${this.#where}: '${path}'`,
      expected,
      got,
      remedy: 'Write the file again, with all that it holds in itself',
    });
  }
}

function writeGroup(group: Group, { items }: Hdf5Group): void {
  for (const [name, item] of items) {
    if (item.kind === 'group') writeGroup(group.create_group(name), item);
    else group.create_dataset({ name, shape: [...item.shape], ...contentOf(item) });
  }
}

function contentOf(item: Hdf5Numbers | Hdf5Words) {
  if (item.kind === 'words')
    return { data: item.shape.length === 0 ? (item.data[0] ?? '') : [...item.data], dtype: 'S' };
  const { data } = item;
  if (item.dataType === 'int64') return { data: BigInt64Array.from(data, BigInt), dtype: '<q' };
  return item.dataType === 'float32' ? { data: Float32Array.from(data), dtype: '<f' } : { data, dtype: '<d' };
}

function attempt<R>(where: string, act: () => R, part = ''): R {
  try {
    return act();
  } catch (error) {
    if (error instanceof FormatError) throw error;
    const reasons = [...messageOf(error).matchAll(/#\d+: .*?\(\): (.*)/g)].map(([, reason = '']) => reason);
    throw new FormatError(
      {
        where: part === '' ? where : `${where}: '${part}'`,
        expected: 'an HDF5 file that is whole',
        got: reasons.at(-1) ?? messageOf(error).split('\n')[0] ?? '',
        remedy: 'The file is damaged or was cut off; copy or write it again',
      },
      { cause: error },
    );
  }
}
