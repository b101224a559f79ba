import type { Writable } from 'node:stream';

/** Characters that results and messages use beside those of ASCII, and what stands for them. */
const plain: Readonly<Record<string, string>> = {
  '─': '-',
  '│': '|',
  '┼': '+',
  '–': '-',
  '—': '-',
  '’': "'",
  '“': '"',
  '”': '"',
  '…': '...',
  '·': '-',
  '×': 'x',
  '±': '+-',
  '→': '->',
  '≥': '>=',
  '≤': '<=',
  '✓': 'ok:',
  '⌈': 'ceil(',
  '⌉': ')',
  µ: 'u',
  λ: 'lambda',
  '█': '#',
  '░': '.',
  '\u00a0': ' ',
};

const pattern = new RegExp(`[${Object.keys(plain).join('')}]`, 'g');

/** Whether a terminal was said to know ASCII alone. A locale that is not set says nothing. */
export function wantsPlainCharacters({ LC_ALL, LC_CTYPE, LANG }: NodeJS.ProcessEnv): boolean {
  return /^(C|POSIX)$/.test(LC_ALL || LC_CTYPE || LANG || '');
}

/** The text in characters of ASCII, as far as it is ours: names of files and classes stay what they are. */
export function inPlainCharacters(text: string): string {
  return text.replaceAll(pattern, (character) => plain[character] ?? character);
}

/** Has a stream write text in characters of ASCII. */
export function writePlainCharacters(stream: Writable): void {
  const write = stream.write.bind(stream) as (chunk: unknown, ...rest: unknown[]) => boolean;
  stream.write = (chunk: unknown, ...rest: unknown[]) =>
    write(typeof chunk === 'string' ? inPlainCharacters(chunk) : chunk, ...rest);
}
