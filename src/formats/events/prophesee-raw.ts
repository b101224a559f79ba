import type { ByteSource } from '../../graph/byte-source.ts';
import { headerLines, textOf } from './event-format.ts';
import type { SensorSize } from './events.ts';
import { numberIn } from './header-numbers.ts';

/** Whether a file is a recording of Prophesee in this version of their format. */
export function isRaw(head: Uint8Array, version: 2 | 3): boolean {
  if (head[0] !== 0x25) return false;
  const text = textOf(head);
  return new RegExp(`^% (?:evt ${version}\\.0|format EVT${version}(?![.\\d]))`, 'm').test(text);
}

/** What the lines before the events say: the size of the sensor, and where they end. */
export function rawHeader(source: ByteSource): {
  readonly size: SensorSize | undefined;
  readonly end: number;
} {
  const { lines, end } = headerLines(source, '% ', /^% end$/);
  const width = numberIn(lines, /^% (?:geometry |format .*width=)(\d+)/);
  const height = numberIn(lines, /^% (?:geometry \d+x|format .*height=)(\d+)/);
  return { size: width && height ? { width, height } : undefined, end };
}

/** The lines of a file in this version. */
export function rawBegin(version: 2 | 3, { width, height }: SensorSize): Uint8Array {
  return new TextEncoder().encode(
    `% evt ${version}.0\n% format EVT${version};height=${height};width=${width}\n% geometry ${width}x${height}\n% end\n`,
  );
}
