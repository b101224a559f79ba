import { createHash } from 'node:crypto';

/** What is known of a line of JSON that may have been written with a checksum. */
export type CheckedLine =
  /** As it was written. */
  | { readonly state: 'sound'; readonly value: unknown }
  /** Of an earlier version, which wrote no checksums. */
  | { readonly state: 'unmarked'; readonly value: unknown }
  /** Changed since, no JSON at all, or of another context. */
  | { readonly state: 'damaged' };

/** 64 bits in hexadecimal digits. */
export function checksumOf(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').slice(0, 16);
}

/**
 * A value as one line of JSON with a checksum, its last property.
 *
 * @param context what the value belongs to; where it is read, the same is needed
 */
export function checkedLine(value: object, context: string): string {
  const checksum = checksumOf(context, JSON.stringify(value));
  return JSON.stringify({ ...value, checksum });
}

/** Reads what {@link checkedLine} has written. */
export function checkLine(line: string, context: string): CheckedLine {
  const parsed = parse(line);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return { state: 'damaged' };
  const { checksum, ...value } = parsed as Readonly<Record<string, unknown>>;
  if (checksum === undefined) return { state: 'unmarked', value };
  const sound = checksum === checksumOf(context, JSON.stringify(value));
  return sound ? { state: 'sound', value } : { state: 'damaged' };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
