import { existsSync } from 'node:fs';
import { pathOfText } from './text-address.ts';

/** Name of what comes without one: an .npz file of several arrays, or the first input. */
export const unnamed = '';

/**
 * The files of inputs by name that an address such as `input_ids=ids.npy,attention_mask=mask.npy` stands for, of which one may come
 * without a name; `undefined` for any other address, and for a path of that form at which there is something.
 */
export function namedFiles(address: string): ReadonlyMap<string, string> | undefined {
  const parts = address.split(',').map((part): readonly [string, string] | undefined => {
    const [, name, file] = /^([^=?]+)=(.+)$/.exec(part) ?? [];
    if (name !== undefined && file !== undefined) return [name, file];
    return /\.np[yz]$/.test(part) ? [unnamed, part] : undefined;
  });
  const named = parts.filter((part) => part !== undefined);
  const isNamed = named.length === parts.length && named.some(([name]) => name !== unnamed);
  return isNamed && !existsSync(address) ? new Map(named) : undefined;
}

/** The address of named files. @param change what becomes of each file */
export function addressOf(files: ReadonlyMap<string, string>, change: (file: string) => string): string {
  return [...files]
    .map(([name, file]) => (name === unnamed ? change(file) : `${name}=${change(file)}`))
    .join(',');
}

/** Whether an address names arrays, which are taken as they are. */
export function isArrays(address: string): boolean {
  return /\.np[yz]$/.test(address) || namedFiles(address) !== undefined;
}

/** The files that an address names. */
export function filesOfAddress(address: string): string[] {
  const named = namedFiles(address);
  return named ? [...named.values()] : [pathOfText(address)];
}
