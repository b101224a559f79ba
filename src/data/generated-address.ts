import { DataError } from '../errors.ts';
import { choosePart } from './choose-part.ts';
import type { DatasetOptions } from './dataset.ts';

/** Number of samples of each split where the address does not say. */
const defaultSizes: Readonly<Record<string, number>> = { train: 60_000, test: 10_000 };
const largestSize = 100_000_000;

/** A whole number that an address may set. */
export interface NumberSetting {
  readonly least: number;
  readonly most: number;
  readonly fallback: number;
}

/** What addresses of one generated data set may say beside split, size and seed. */
export interface AddressForm<Numbers extends string = never, Choices extends string = never> {
  /** Name that addresses begin with. */
  readonly name: string;
  readonly numbers: Readonly<Record<Numbers, NumberSetting>>;
  /** Whether size and parts are those of other data that the address names. Default false */
  readonly ofOthers?: boolean;
  /** Words to choose from, the first of them where nothing is said. */
  readonly choices: Readonly<Record<Choices, readonly string[]>>;
}

/** What an address of a generated data set says. */
export interface GeneratedAddress<Numbers extends string = never, Choices extends string = never> {
  /** `train` or `test`: samples of one never occur in the other. */
  readonly split: string;
  readonly size: number;
  readonly seed: number;
  readonly numbers: Readonly<Record<Numbers, number>>;
  readonly choices: Readonly<Record<Choices, string>>;
}

/** Whether the place of a data set is an address of this name rather than a path. */
export function isAddressOf(name: string, path: string): boolean {
  return path === name || [':', '?', ','].some((mark) => path.startsWith(name + mark));
}

/**
 * Reads `name[:split][,size=…][,seed=…]` and what else the form knows, which shells leave alone, or the same as `name[:split][?size=…&seed=…]`.
 *
 * @throws DataError that lists everything wrong with the address
 */
export function parseGeneratedAddress<Numbers extends string, Choices extends string>(
  form: AddressForm<Numbers, Choices>,
  address: string,
  options: Pick<DatasetOptions, 'split' | 'purpose'> = {},
): GeneratedAddress<Numbers, Choices> {
  const behind = address.slice(form.name.length);
  const [, stated, query = ''] = /^(?::([^?,]*))?(?:[?,](.*))?$/s.exec(behind) ?? [];
  const split = stated ?? choosePart(options, (part) => part in defaultSizes);
  const settings = new URLSearchParams(query.replaceAll(',', '&'));
  const problems: string[] = [];
  if (!(split in defaultSizes)) problems.push(`split '${split}'`);
  if (stated !== undefined && options.split !== undefined && stated !== options.split) {
    problems.push(`split '${stated}' beside the option split = '${options.split}'`);
  }
  const whole = (key: string, { least, most, fallback }: NumberSetting): number => {
    const text = settings.get(key);
    if (text === null) return fallback;
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most) problems.push(`${key} ${text}`);
    return value;
  };
  const size = whole('size', { least: 1, most: largestSize, fallback: defaultSizes[split] ?? 1 });
  const seed = whole('seed', { least: 0, most: Number.MAX_SAFE_INTEGER, fallback: 0 });
  const numbers = mapValues<Numbers, NumberSetting, number>(form.numbers, whole);
  const choices = mapValues<Choices, readonly string[], string>(form.choices, (key, words) => {
    const word = settings.get(key) ?? words[0] ?? '';
    if (!words.includes(word)) problems.push(`${key} ${word}`);
    return word;
  });
  const known = ['size', 'seed', ...Object.keys(form.numbers), ...Object.keys(form.choices)];
  for (const key of settings.keys()) if (!known.includes(key)) problems.push(`setting '${key}'`);
  if (problems.length === 0) return { split, size, seed, numbers, choices };
  throw new DataError({
    where: address,
    expected: expectedOf(form),
    got: problems.join(', '),
    remedy: `Write, for example, '${form.name}${form.ofOthers ? ',seed=1' : ':test,size=500'}'`,
  });
}

function mapValues<Key extends string, From, To>(
  record: Readonly<Record<Key, From>>,
  change: (key: Key, value: From) => To,
): Record<Key, To> {
  const entries = (Object.keys(record) as Key[]).map((key) => [key, change(key, record[key])]);
  return Object.fromEntries(entries) as Record<Key, To>;
}

function expectedOf({ name, numbers, choices, ofOthers }: AddressForm<string, string>): string {
  const texts = [
    ...(ofOthers ? [] : [`,size= from 1 to ${largestSize}`]),
    ',seed= from 0 on',
    ...Object.entries(numbers).map(([key, { least, most }]) => `,${key}= from ${least} to ${most}`),
    ...Object.entries(choices).map(([key, words]) => `,${key}= ${words.join(' or ')}`),
  ];
  return `${ofOthers ? name : `${name}:train or ${name}:test`}, with ${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`;
}
