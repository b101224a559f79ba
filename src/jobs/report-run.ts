import { messageOf } from '../errors.ts';
import type { Model } from '../graph/model.ts';
import { writeReport } from '../report/write-report.ts';
import { describeEnvironment } from '../runs/describe-environment.ts';
import { labelRun } from '../runs/label-run.ts';
import { RunFolder } from '../runs/run-folder.ts';
import type { JobListener, JobOrigin } from './notice.ts';

/** The network of a run. */
export interface ReportedNetwork {
  readonly name: string;
  /** Tells how it was converted; absent where there are several. */
  readonly model?: Model;
  /** Names of the classes, where the data tell them. */
  readonly classes?: readonly string[] | undefined;
}

/**
 * Writes `environment.json`, `report.html` and, where there is a name or a tag, `label.json` into the folder of a finished run. The run is worth more than its report:
 * if that cannot be drawn, a notice says so.
 *
 * @returns path of the report
 */
export async function reportRun(
  folder: string,
  network: ReportedNetwork,
  { command, name, tags, onNotice }: JobOrigin & JobListener,
): Promise<string | undefined> {
  try {
    const environment = describeEnvironment(network, command);
    await new RunFolder(folder).write('environment', environment);
    await labelRun(folder, { name, tags });
    return await writeReport(folder);
  } catch (error) {
    onNotice?.({ kind: 'no-report', message: `no report: ${messageOf(error)}` });
    return undefined;
  }
}
