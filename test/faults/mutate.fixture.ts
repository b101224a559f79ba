import type { Random } from '../../src/random.ts';

/** Damages bytes as disks, transfers and editors do: one to three changes of one kind each. */
export function mutateBytes(bytes: Uint8Array, random: Random): Uint8Array {
  let mutated = bytes;
  for (let changes = 1 + random.integer(3); changes > 0; changes--) {
    mutated = pick(byteChanges, random)(mutated, random);
  }
  return mutated;
}

/** Damages a JSON text: as bytes, or by giving one of its values, at any depth, to a stranger. */
export function mutateJson(bytes: Uint8Array, random: Random): Uint8Array {
  if (random.chance(0.3)) return mutateBytes(bytes, random);
  const json: unknown = JSON.parse(new TextDecoder().decode(bytes));
  const places = placesOf(json);
  const { holder, key } = pick(places, random);
  const change = random.integer(4);
  if (change === 0 && !Array.isArray(holder)) delete holder[key];
  else if (change === 1 && Array.isArray(holder)) holder.push(holder[Number(key)]);
  else holder[key] = pick(strangers, random);
  return new TextEncoder().encode(JSON.stringify(json, null, 2));
}

type ByteChange = (bytes: Uint8Array, random: Random) => Uint8Array;

const byteChanges: readonly ByteChange[] = [
  // A flipped bit.
  (bytes, random) => withByte(bytes, random, (byte) => byte ^ (1 << random.integer(8))),
  // Another byte.
  (bytes, random) =>
    withByte(bytes, random, () => pick([0, 1, 0x7f, 0x80, 0xff, random.integer(256)], random)),
  // The end is missing.
  (bytes, random) => bytes.slice(0, random.integer(bytes.length + 1)),
  // A part is missing.
  (bytes, random) => splice(bytes, random, new Uint8Array()),
  // A part is zero.
  (bytes, random) => splice(bytes, random, new Uint8Array(random.integer(64))),
  // A part stands twice, or in a wrong place.
  (bytes, random) => splice(bytes, random, partOf(bytes, random)),
  // Something behind the end.
  (bytes, random) => concatenate(bytes, partOf(bytes, random)),
];

/** What no program expects in every place. */
const strangers: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  0.5,
  3,
  1e308,
  -1e-300,
  2 ** 31,
  2 ** 53,
  '',
  'x',
  '∞',
  '1',
  'a'.repeat(5000),
  [],
  [[]],
  [null, 1, 'x'],
  {},
  { kind: 'x' },
];

type Holder = Record<string, unknown>;

/** Every place in a JSON value that holds another one. */
function placesOf(json: unknown): { readonly holder: Holder; readonly key: string }[] {
  if (typeof json !== 'object' || json === null) return [];
  const holder = json as Holder;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesOf(holder[key])]);
}

function withByte(bytes: Uint8Array, random: Random, change: (byte: number) => number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  // Heads decide more than data do.
  const range = random.chance(0.5) ? Math.min(copy.length, 256) : copy.length;
  const at = random.integer(range);
  if (copy.length > 0) copy[at] = change(copy[at]!);
  return copy;
}

function splice(bytes: Uint8Array, random: Random, part: Uint8Array): Uint8Array {
  const from = random.integer(bytes.length + 1);
  const to = Math.min(bytes.length, from + random.integer(32));
  return concatenate(bytes.subarray(0, from), part, bytes.subarray(to));
}

function partOf(bytes: Uint8Array, random: Random): Uint8Array {
  const from = random.integer(bytes.length + 1);
  return bytes.slice(from, from + random.integer(64));
}

function concatenate(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function pick<T>(from: readonly T[], random: Random): T {
  return from[random.integer(from.length)]!;
}
