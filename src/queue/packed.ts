import { deserialize, serialize } from 'node:v8';

/** A value as bytes: typed arrays, maps and numbers such as -0 come out as they went in, which JSON does not do. */
export function pack(value: unknown): Uint8Array {
  return serialize(value);
}

export function unpack<T>(bytes: Uint8Array): T {
  return deserialize(bytes) as T;
}

/** The same as text, for Redis. */
export function packText(value: unknown): string {
  return serialize(value).toString('base64');
}

export function unpackText<T>(text: string): T {
  return deserialize(Buffer.from(text, 'base64')) as T;
}
