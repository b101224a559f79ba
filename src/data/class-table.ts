/** Classes in the order of their indices, found by what they are called. */
export interface ClassTable {
  /** Where they are said. */
  readonly path: string;
  /** Whether they are the network's own, instead of those of a file for the data. */
  readonly ofNetwork?: boolean;
  /** Whether they are told by synset ids. */
  readonly hasSynsets: boolean;
  /** Index of a class by its line, its synset id, its words or the first of them, with blanks or `_` between them. */
  readonly indexOf: ReadonlyMap<string, number>;
  /** Words of every class. */
  readonly names: string[];
}

/** A synset id: `n` and eight digits. */
export const synsetPattern = /^n\d{8}$/;

/**
 * @param lines a class each: its name, or a synset id and the words for it, as `n01440764 tench, Tinca tinca`
 * @param path where they come from
 * @param ofNetwork whether the network itself says them
 */
export function classTable(lines: readonly string[], path: string, ofNetwork = false): ClassTable {
  const indexOf = new Map<string, number>();
  const twice = new Set<string>();
  for (const [index, line] of lines.entries()) {
    for (const name of callsOf(line)) {
      if (indexOf.has(name)) twice.add(name);
      indexOf.set(name, index);
    }
  }
  // What two classes are called tells none of them.
  for (const name of twice) indexOf.delete(name);
  const hasSynsets = lines.every(hasSynset);
  return { path, ofNetwork, hasSynsets, indexOf, names: lines.map(wordsOf) };
}

/** Whether a class is told by its synset. */
export function hasSynset(line: string): boolean {
  return synsetPattern.test(line.split(/\s/, 1)[0]!);
}

function wordsOf(line: string): string {
  if (!hasSynset(line)) return line;
  const [id = '', ...words] = line.split(/\s+/);
  return words.length > 0 ? words.join(' ') : id;
}

function callsOf(line: string): Set<string> {
  const words = wordsOf(line);
  const first = words.split(',', 1)[0]!;
  const id = hasSynset(line) ? [line.split(/\s/, 1)[0]!] : [];
  const calls = [line, words, first, ...id];
  return new Set([...calls, ...calls.map((call) => call.replaceAll(' ', '_'))]);
}
