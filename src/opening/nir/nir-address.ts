import { UsageError } from '../../errors.ts';
import type { NirOptions } from './spiking-from-nir.ts';

/** A NIR file, and what was said behind its name. */
export interface NirAddress {
  readonly path: string;
  readonly options: NirOptions;
}

const address = /^(.*\.nir)(?::(.*))?$/i;

/**
 * Reads the address of a NIR file: `network.nir`, or `network.nir:dt=0.001,reset=subtract,steps=100`.
 *
 * @returns undefined if it is none
 * @throws UsageError if something unknown is said
 */
export function nirAddress(text: string): NirAddress | undefined {
  const [, path, said = ''] = address.exec(text) ?? [];
  if (path === undefined) return undefined;
  const pairs = said === '' ? [] : said.split(',').map((pair) => pair.split('='));
  const options = pairs.map(([name = '', value = '']): NirOptions => {
    const number = Number(value);
    if (name === 'dt' && number > 0) return { dt: number };
    if (name === 'steps' && Number.isInteger(number) && number > 0) return { steps: number };
    if (name === 'reset' && (value === 'subtract' || value === 'value')) return { reset: value };
    throw new UsageError({
      where: text,
      expected: 'dt=SECONDS, steps=T, or reset=subtract or value behind the name of the file',
      got: `'${name}=${value}'`,
      remedy: 'Give for example network.nir:dt=0.001,reset=subtract',
    });
  });
  return { path, options: Object.assign({}, ...options) };
}
