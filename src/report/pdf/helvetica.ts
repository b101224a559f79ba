/** Widths of Helvetica's letters from the space to the tilde, in thousandths of the size (Adobe Font Metrics). */
const ascii = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
  556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
  500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
  556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
  278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
] as const;

/** Letters beyond, with their code in WinAnsiEncoding. */
const beyond: Readonly<Record<string, readonly [code: number, width: number]>> = {
  '…': [0x85, 1000],
  '‘': [0x91, 222],
  '’': [0x92, 222],
  '“': [0x93, 333],
  '”': [0x94, 333],
  '–': [0x96, 556],
  '−': [0x96, 556],
  '—': [0x97, 1000],
  '\u00a0': [0xa0, 278],
  '°': [0xb0, 400],
  '±': [0xb1, 584],
  '²': [0xb2, 333],
  µ: [0xb5, 556],
  '·': [0xb7, 278],
  '×': [0xd7, 584],
};

/** Letters of the font Symbol, with their code there. */
const symbols: Readonly<Record<string, readonly [code: number, width: number]>> = {
  '→': [0xae, 987],
  '←': [0xac, 987],
  '↑': [0xad, 603],
  '↓': [0xaf, 603],
  '≤': [0xa3, 549],
  '≥': [0xb3, 549],
  θ: [0x71, 521],
  ρ: [0x72, 549],
  α: [0x61, 631],
  β: [0x62, 549],
};

/** Letters of one font. */
export interface FontRun {
  readonly font: 'text' | 'symbol';
  readonly codes: readonly number[];
  /** Width in thousandths of the size. */
  readonly width: number;
}

/** Text in the fonts that every PDF reader has. What none of them has becomes a question mark. */
export function fontRuns(text: string): FontRun[] {
  const runs: { font: FontRun['font']; codes: number[]; width: number }[] = [];
  for (const letter of text) {
    const { font, code, width } = glyphOf(letter);
    const last = runs.at(-1);
    if (last?.font === font) {
      last.codes.push(code);
      last.width += width;
    } else runs.push({ font, codes: [code], width });
  }
  return runs;
}

function glyphOf(letter: string): { font: FontRun['font']; code: number; width: number } {
  const code = letter.codePointAt(0) ?? 0;
  const plain = ascii[code - 32];
  if (plain !== undefined) return { font: 'text', code, width: plain };
  const symbol = symbols[letter];
  if (symbol) return { font: 'symbol', code: symbol[0], width: symbol[1] };
  const known = beyond[letter];
  if (known) return { font: 'text', code: known[0], width: known[1] };
  // Letters of western Europe have the same code in both; most are as wide as an a.
  if (code >= 0xc0 && code <= 0xff) return { font: 'text', code, width: 556 };
  return { font: 'text', code: 0x3f, width: 556 };
}
