import { type ComparisonRun, type Run, readRun, type TuningRun } from '../runs/read-run.ts';
import { RunFolder } from '../runs/run-folder.ts';
import { renderComparison } from './comparison-report.ts';
import { renderEvaluation } from './evaluation-report.ts';
import { renderFrontier } from './frontier-report.ts';

/**
 * Draws the report of a finished run, one HTML file that needs no network and no script, and puts it into the run's folder.
 *
 * @returns path of the report
 * @throws FormatError if the run has no result, or its files are not what docs/run-folder.md says
 */
export async function writeReport(folder: string): Promise<string> {
  const run = new RunFolder(folder);
  await run.writeText('report', await reportPage(folder));
  return run.pathOf('report');
}

/** The report of a finished run as HTML. @throws FormatError as {@link writeReport} */
export async function reportPage(folder: string): Promise<string> {
  return renderReport(await readRun(folder));
}

function renderReport(run: Run | ComparisonRun | TuningRun): Promise<string> {
  switch (run.kind) {
    case 'evaluation':
      return renderEvaluation(run);
    case 'comparison':
      return renderComparison(run);
    case 'frontier':
      return renderFrontier(run);
  }
}
