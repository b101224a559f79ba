import { numberTexts } from './number-texts.ts';
import { shownCells } from './shown-cells.ts';
import type { Cell, Column, Table } from './table.ts';

/**
 * A LaTeX table with rules of booktabs and numbers that siunitx sets one below the other: `\usepackage{booktabs, siunitx}`. Groups are
 * set apart by a thin rule.
 */
export function toLatex(table: Table): string {
  const { columns, rows, caption, grouped } = table;
  const cells = shownCells(table, '--');
  const lines = rows.map((row, r) => {
    const texts = columns.map((column, c) => cellOf(column, row[c] ?? null, cells[r]?.[c] ?? ''));
    const isNext = grouped && r > 0 && row[0] !== rows[r - 1]?.[0];
    return `${isNext ? '\\midrule\n' : ''}${texts.join(' & ')} \\\\`;
  });
  return [
    `% ${caption}`,
    '% \\usepackage{booktabs, siunitx}',
    `\\begin{tabular}{${columns
      .map((column, c) =>
        placeOf(
          column,
          rows.map((row) => row[c] ?? null),
        ),
      )
      .join(' ')}}`,
    '\\toprule',
    `${columns.map(headOf).join(' & ')} \\\\`,
    '\\midrule',
    ...lines,
    '\\bottomrule',
    '\\end{tabular}',
  ].join('\n');
}

/** How a column is set: text to the left, numbers at their points, intervals in the middle. */
function placeOf(column: Column, cells: readonly Cell[]): string {
  if (column.kind === 'text') return 'l';
  if (column.kind === 'interval') return 'c';
  const texts = numberTexts(column, cells).flat();
  if (texts.some((text) => text.includes('e'))) return 'S[table-format=-1.2e-2]';
  const [before, behind] = [/^-?(\d+)/, /\.(\d+)$/].map((pattern) =>
    Math.max(0, ...texts.map((text) => pattern.exec(text)?.[1]?.length ?? 0)),
  );
  const sign = texts.some((text) => text.startsWith('-')) ? '-' : '';
  return `S[table-format=${sign}${Math.max(1, before ?? 1)}${behind ? `.${behind}` : ''}]`;
}

function headOf({ head, unit, kind }: Column): string {
  const text = unit === undefined || kind === 'interval' ? head : `${head} (${unit})`;
  return kind === 'text' ? escaped(text) : `{${escaped(text)}}`;
}

function cellOf({ kind }: Column, cell: Cell, text: string): string {
  if (kind === 'text') return cell === null ? '--' : escaped(text);
  if (kind === 'interval') return cell === null ? '' : text;
  return typeof cell === 'number' ? text : `{${cell === null ? '--' : escaped(text)}}`;
}

const special: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '–': '--',
  '’': "'",
  '…': '\\ldots{}',
  '→': '$\\rightarrow$',
  '≤': '$\\le$',
  '≥': '$\\ge$',
  '×': '$\\times$',
  µ: '\\textmu{}',
  θ: '$\\theta$',
};

function escaped(text: string): string {
  return text.replace(/[\\~^–’…→≤≥×µθ]|[&%$#_{}]/g, (sign) => special[sign] ?? `\\${sign}`);
}
