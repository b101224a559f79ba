import type { TrainingEvent } from '../training/run/train-options.ts';
import { mention } from './mention.ts';
import { type Progress, showProgress } from './progress.ts';

/** A progress bar over the steps, and a line for each epoch. */
export class TrainingReport {
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
