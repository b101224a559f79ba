import type { TrainingEvent } from '../training/run/train-options.ts';
import { mention } from './mention.ts';
import { printNotice } from './print-notice.ts';
import { type Progress, showProgress } from './progress.ts';
import { exitCodes } from './report-error.ts';
import { tell } from './status-line.ts';
import { stopOnInterrupt } from './stop-on-interrupt.ts';

/** What a training is watched by. */
interface Watch {
  readonly signal: AbortSignal;
  readonly onNotice: typeof printNotice;
  readonly onProgress: (event: TrainingEvent) => void;
}

/** Shows a training and lets Ctrl-C stop it. Nothing where it was stopped, which is said and is the exit code. */
export async function watchTraining<R extends { readonly finished: boolean }>(
  train: (watch: Watch) => Promise<R>,
): Promise<R | undefined> {
  const report = new TrainingReport();
  const { signal, end } = stopOnInterrupt('the step under way');
  const result = await train({
    signal,
    onNotice: printNotice,
    onProgress: (event) => report.show(event),
  }).finally(() => {
    report.stop();
    end();
  });
  if (!signal.aborted || result.finished) return result;
  tell('stopped with a checkpoint; give the same command again to go on');
  process.exitCode = exitCodes.interrupted;
  return undefined;
}

/** A progress bar over the steps, and a line for each epoch. */
class TrainingReport {
  #progress: Progress | undefined;

  show(event: TrainingEvent): void {
    if (event.kind === 'epoch') {
      const [loss, accuracy] = [event.trainLoss.toFixed(4), (100 * event.testAccuracy).toFixed(2)];
      this.stop();
      mention(`epoch ${event.epoch}/${event.epochs}: training loss ${loss}, test accuracy ${accuracy} %`);
    } else if (event.kind === 'step') {
      this.#progress ??= showProgress('training', event.steps, 'steps');
      this.#progress.update(event.step, `loss ${event.loss.toFixed(4)}`);
    }
  }

  stop(): void {
    this.#progress?.stop();
    this.#progress = undefined;
  }
}
