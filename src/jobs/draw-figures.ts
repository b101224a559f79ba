import { extname, join } from 'node:path';
import { UsageError } from '../errors.ts';
import { makeFolder } from '../files/make-folder.ts';
import { writeAtomically } from '../files/write-atomically.ts';
import { type FigureDrawing, figureDrawings } from '../report/drawings/figure-drawings.ts';
import { svgToPdf } from '../report/pdf/svg-to-pdf.ts';
import { reportPage } from '../report/write-report.ts';
import { requireWritable } from './require-writable.ts';

/** Which figures of a run to draw, and where to. */
export interface DrawFiguresSettings {
  /** Name of one. Default: all */
  readonly figure?: string | undefined;
  /** A file that ends with `.svg` or `.pdf`, for one figure. Default: both in `figures` in the folder of the run */
  readonly output?: string | undefined;
  /** Whether to replace an output file even where it holds something else. Default false. */
  readonly force?: boolean | undefined;
}

/** The figures of a finished run by themselves. @throws UsageError that lists their names if there is none of this name */
export async function figuresOf(folder: string, figure?: string): Promise<FigureDrawing[]> {
  const all = await figureDrawings(await reportPage(folder));
  if (figure === undefined) return all;
  const found = all.filter(({ name }) => name === figure);
  if (found.length > 0) return found;
  throw new UsageError({
    where: `figure '${figure}' of ${folder}`,
    expected: `one of ${all.map(({ name }) => name).join(', ')}`,
    got: 'an unknown name',
    remedy: 'Choose one of these',
  });
}

/**
 * Draws figures of a finished run as files of their own: SVG with its namespace, and PDF, with vectors and the colours of print.
 *
 * @returns paths of the files
 * @throws UsageError if there is no such figure, it is a table alone, or the file cannot be written; FormatError if the run has no result
 */
export async function drawFigures(
  folder: string,
  { figure, output, force = false }: DrawFiguresSettings = {},
): Promise<string[]> {
  if (output !== undefined) await requireKind(output, force);
  const drawn = (await figuresOf(folder, figure)).flatMap(({ name, svg }) => (svg ? [{ name, svg }] : []));
  const [only] = drawn;
  if (!only || (output !== undefined && drawn.length > 1)) {
    throw new UsageError({
      where: `figures of ${folder}`,
      expected: output === undefined ? 'a figure with a drawing' : 'one figure for one file',
      got: only ? `${drawn.length} figures` : 'a table alone',
      remedy: only ? 'Name one of them' : 'Ask for its numbers instead',
    });
  }
  if (output !== undefined) {
    await writeAtomically(output, extname(output) === '.pdf' ? await svgToPdf(only.svg) : only.svg);
    return [output];
  }
  const into = join(folder, 'figures');
  await makeFolder(into);
  const paths: string[] = [];
  for (const { name, svg } of drawn) {
    for (const [ending, text] of [
      ['svg', svg],
      ['pdf', await svgToPdf(svg)],
    ] as const) {
      const path = join(into, `${name}.${ending}`);
      await writeAtomically(path, text);
      paths.push(path);
    }
  }
  return paths;
}

async function requireKind(output: string, force: boolean): Promise<void> {
  const ending = extname(output);
  if (ending !== '.svg' && ending !== '.pdf') {
    throw new UsageError({
      where: output,
      expected: 'a file that ends with .svg or .pdf',
      got: ending === '' ? 'no ending' : ending,
      remedy: 'Choose one of the two',
      means: ['output'],
    });
  }
  await requireWritable(output, { kind: ending === '.svg' ? 'svg' : 'pdf', inputs: [], force });
}
