import { type Progress, showPhase, showProgress } from './progress.ts';

/** How far a stage of a job has come. */
export interface Stage {
  /** What is being done. */
  readonly label: string;
  readonly done: number;
  /** 0 when unknown. */
  readonly total: number;
  /** What is counted, in the plural; empty where nothing is. */
  readonly unit: string;
  readonly note?: string;
}

/** Runs a job that shows how far it has come: a bar for each stage, the last of which ends with the job. */
export async function withProgress<R>(job: (show: (stage: Stage) => void) => Promise<R>): Promise<R> {
  let shown: { readonly label: string; readonly progress: Progress } | undefined;
  const show = ({ label, done, total, unit, note }: Stage) => {
    if (shown?.label !== label) {
      shown?.progress.stop();
      shown = { label, progress: unit === '' ? showPhase(label) : showProgress(label, total, unit) };
    }
    shown.progress.update(done, note);
  };
  return job(show).finally(() => shown?.progress.stop());
}
