import { bytesPerElement, type DataType } from '../graph/data-type.ts';
import { sizeOf } from '../graph/shape.ts';
import { dataTypeFromSafetensors, safetensorsDtypes } from './safetensors-data-type.ts';

/** One tensor as a safetensors header announces it. `begin` and `end` count from the first byte after the header. */
export interface SafetensorsEntry {
  readonly name: string;
  readonly dataType: DataType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** What a header says, and everything that is wrong with it (one line each, empty when it is sound). */
export interface SafetensorsHeader {
  readonly entries: readonly SafetensorsEntry[];
  readonly metadata: ReadonlyMap<string, string>;
  readonly problems: readonly string[];
}

/**
 * Reads the JSON of a safetensors header and checks it against the data behind it.
 *
 * @param text the header
 * @param dataLength number of bytes in the file after the header
 */
export function parseSafetensorsHeader(text: string, dataLength: number): SafetensorsHeader {
  const problems: string[] = [];
  const entries: SafetensorsEntry[] = [];
  const metadata = new Map<string, string>();
  for (const [name, value] of Object.entries(parseObject(text, problems))) {
    if (name === '__metadata__') addMetadata(value, metadata, problems);
    else addEntry(name, value, entries, problems);
  }
  // Offsets say nothing while some entries are unreadable.
  if (problems.length === 0) checkLayout(entries, dataLength, problems);
  return { entries, metadata, problems };
}

function parseObject(text: string, problems: string[]): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
    problems.push(`header: expected a JSON object, got ${JSON.stringify(value)?.slice(0, 40)}`);
  } catch (error) {
    problems.push(`header: expected JSON, got '${text.slice(0, 40)}' (${(error as Error).message})`);
  }
  return {};
}

function addMetadata(value: unknown, metadata: Map<string, string>, problems: string[]): void {
  if (!isObject(value)) {
    problems.push(`'__metadata__': expected an object of texts, got ${JSON.stringify(value)}`);
    return;
  }
  for (const [key, text] of Object.entries(value)) metadata.set(key, String(text));
}

function addEntry(name: string, value: unknown, entries: SafetensorsEntry[], problems: string[]): void {
  const fields = isObject(value) ? value : {};
  const dataType = typeof fields.dtype === 'string' ? dataTypeFromSafetensors(fields.dtype) : undefined;
  if (!dataType) {
    problems.push(
      `tensor '${name}': expected a dtype of ${safetensorsDtypes.join(', ')}, got ${JSON.stringify(fields.dtype)}`,
    );
  }
  const shape = countsOf(fields.shape);
  if (!shape) problems.push(`tensor '${name}': expected a shape, got ${JSON.stringify(fields.shape)}`);
  const [begin, end, ...more] = countsOf(fields.data_offsets) ?? [];
  if (begin === undefined || end === undefined || begin > end || more.length > 0) {
    problems.push(
      `tensor '${name}': expected data_offsets [begin, end], got ${JSON.stringify(fields.data_offsets)}`,
    );
    return;
  }
  if (!dataType || !shape) return;
  const needed = bytesPerElement(dataType) * sizeOf(shape);
  if (needed === end - begin) entries.push({ name, dataType, shape, begin, end });
  else {
    problems.push(
      `tensor '${name}': expected ${needed} bytes for ${dataType} [${shape.join(', ')}], got ${end - begin} (data_offsets [${begin}, ${end}])`,
    );
  }
}

/** The data must be covered by the tensors from its first to its last byte, each byte once. */
function checkLayout(entries: readonly SafetensorsEntry[], dataLength: number, problems: string[]): void {
  let covered = 0;
  let previous = 'the header';
  for (const { name, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < covered && end > begin) {
      problems.push(`tensor '${name}': expected to begin after ${previous} at byte ${covered}, got ${begin}`);
    }
    if (begin > covered) {
      problems.push(
        `tensor '${name}': expected to begin at byte ${covered}, right after ${previous}, got ${begin}`,
      );
    }
    if (end > covered) {
      covered = end;
      previous = `tensor '${name}'`;
    }
  }
  if (covered > dataLength) {
    problems.push(
      `data: expected ${covered} bytes after the header, got ${dataLength}: the file is truncated, ${covered - dataLength} bytes are missing`,
    );
  } else if (covered < dataLength) {
    problems.push(
      `data: expected ${covered} bytes after the header, got ${dataLength}: ${dataLength - covered} bytes at the end belong to no tensor`,
    );
  }
}

function countsOf(value: unknown): number[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.every((each) => Number.isSafeInteger(each) && each >= 0) ? (value as number[]) : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
