import Table from 'cli-table3';
import pc from 'picocolors';
import type { SourceResult } from '../evaluation/source-result.ts';
import type { EvaluationResult, StepResult } from '../evaluation/summarise.ts';

/** Prints the results of an evaluation as a table: the source network, then every time-step. */
export function printResult(result: EvaluationResult): void {
  console.log(resultTable(result));
  console.log('intervals: 95 %; energy: ECMT’s ratio to the source network, an estimate');
  const { images, skipped, seconds, hiddenSteps } = result;
  if (hiddenSteps > 0) console.log(`before step 1: ${hiddenSteps} hidden steps, billed with step 1`);
  const rate = seconds > 0 ? `, ${(images / seconds).toFixed(1)} images/s` : '';
  console.log(`${images} images in ${seconds.toFixed(1)} s${rate}`);
  if (skipped.length > 0) {
    console.log(pc.yellow(`${skipped.length} images left out because they could not be read:`));
    for (const { id, reason } of skipped.slice(0, 5)) console.log(`  ${id}: ${reason}`);
  }
}

/** The table of {@link printResult} as text. */
export function resultTable({ source, steps }: EvaluationResult): string {
  const table = new Table({
    head: ['', 'top-1 %', 'top-5 %', 'agreement %', 'spikes/neuron/step', 'energy'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  table.push(['source', ...accuracyCells(source), '', '', '1']);
  table.push(...steps.map(stepRow));
  return table.toString();
}

function stepRow(step: StepResult): string[] {
  return [
    `T = ${step.t}`,
    ...accuracyCells(step),
    withInterval(step.agreement, step.agreementInterval),
    step.firingRate.toFixed(3),
    step.energy.ecmtRatio.toFixed(3),
  ];
}

function accuracyCells({ top1, top1Interval, top5, top5Interval }: SourceResult): string[] {
  return [withInterval(top1, top1Interval), withInterval(top5, top5Interval)];
}

function withInterval(value: number | null, interval: readonly [number, number] | null): string {
  if (value === null || interval === null) return '–';
  const [low, high] = interval.map((bound) => (100 * bound).toFixed(1));
  return `${(100 * value).toFixed(1)} [${low}, ${high}]`;
}
