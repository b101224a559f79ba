import Table from 'cli-table3';
import pc from 'picocolors';
import type { SourceResult } from '../results/accuracy-result.ts';
import type { PayingSteps } from '../results/energy-result.ts';
import type {
  EarlyExitResult,
  EvaluationResult,
  QuantisedResult,
  StepResult,
} from '../results/evaluation-result.ts';
import { describeSynapses } from './print-synapses.ts';
import { otherOutputLines, taskLegend, taskTable } from './print-task.ts';

/** What to print beside the table. */
export interface PrintOptions {
  /** Threshold of the early exit to print; default: none. */
  readonly exitConfidence?: number | undefined;
}

/** Prints the results of an evaluation: the table, what its columns are, and what was noticed. */
export function printResult(result: EvaluationResult, { exitConfidence }: PrintOptions = {}): void {
  console.log(resultTable(result));
  for (const line of [...legend(result), ...earlyExitLine(result, exitConfidence)]) console.log(line);
  for (const line of result.synapses ? describeSynapses(result.synapses) : []) console.log(line);
  const { images, skipped, seconds, hiddenSteps } = result;
  for (const line of otherOutputLines(result)) console.log(line);
  if (hiddenSteps > 0) console.log(`before step 1: ${hiddenSteps} hidden steps, billed with step 1`);
  const rate = seconds > 0 ? `, ${(images / seconds).toFixed(1)} images/s` : '';
  console.log(`${images} images in ${seconds.toFixed(1)} s${rate}`);
  if (skipped.length > 0) {
    console.log(pc.yellow(`${skipped.length} images left out because they could not be read:`));
    for (const { id, reason } of skipped.slice(0, 5)) console.log(`  ${id}: ${reason}`);
  }
}

/**
 * The table of {@link printResult} as text, at most 100 columns wide: the source network, quantised ones, then every
 * time-step. `5 bits` is the source network with weights and activations of 5 bits. Column `rate` is spikes per neuron and step; the others are said by the legend.
 */
export function resultTable(result: EvaluationResult): string {
  const { source, steps, quantised, task } = result;
  if (task) return taskTable(result, task);
  const table = new Table({
    head: ['', 'top-1 %', 'top-5 %', 'agreement %', 'rate', '(a)', '(b)', '(c)'],
    colAligns: ['left', ...new Array<'right'>(7).fill('right')],
    style: { head: [], border: [], compact: true },
  });
  table.push(['source', ...accuracyCells(source), '', '', '1', '1', '']);
  table.push(...(quantised?.networks ?? []).map(quantisedRow));
  table.push(...steps.map(stepRow));
  return table.toString();
}

function quantisedRow(network: QuantisedResult): string[] {
  const agreement = withInterval(network.agreement, network.agreementInterval);
  return [
    `${bitsOf(network)} bits${network.capped ? '*' : ''}`,
    ...accuracyCells(network),
    agreement,
    '',
    '',
    network.energy.ratio.toFixed(3),
    '1',
  ];
}

function bitsOf({ bits: [fewest, most] }: QuantisedResult): string {
  return fewest === most ? `${most}` : `${fewest}–${most}`;
}

function stepRow({ t, agreement, agreementInterval, firingRate, energy, ...accuracy }: StepResult): string[] {
  return [
    `T = ${t}`,
    ...accuracyCells(accuracy),
    withInterval(agreement, agreementInterval),
    firingRate.toFixed(3),
    energy.ecmtRatio.toFixed(3),
    energy.full[0]?.ratio.toFixed(3) ?? '–',
    energy.quantisedRatio?.toFixed(2) ?? '–',
  ];
}

function legend({ energy, quantised, task }: EvaluationResult): string[] {
  const figures = task ? taskLegend(task) : [];
  if (!energy) return [...figures, 'intervals: 95 %'];
  const [pays] = energy.pays;
  return [
    ...figures,
    'intervals: 95 %; rate: spikes per neuron and step; energy for one image, estimates:',
    '(a) ECMT’s ratio to the source network: every spike one addition, nothing else is charged',
    `(b) full estimate of a run of t steps, ratio to the source network in ${energy.devices[0]!.title}${paysUntil(pays)}`,
    ...(quantised ? quantisedLegend(quantised) : []),
    `${(100 * energy.spikeDrivenShare).toFixed(1)} % of the operations are driven by spikes alone`,
  ];
}

function quantisedLegend({ networks, ranges }: NonNullable<EvaluationResult['quantised']>): string[] {
  const equal = networks.map(
    (network) => `T = ${stepsOf(network.steps)}: ${bitsOf(network)} bits${network.capped ? '*' : ''}`,
  );
  return [
    `(c) full estimate, ratio to the source network in as many bits as the spikes carry (${equal.join('; ')})`,
    ...(networks.some(({ capped }) => capped)
      ? ['* spikes carry more than the 8 bits that were evaluated']
      : []),
    ...(ranges === 'first batch'
      ? ['clip ranges of the quantised networks: from the first batch of these images']
      : []),
  ];
}

function stepsOf(steps: readonly number[]): string {
  return steps.length === 1 ? `${steps[0]}` : `${steps[0]}…${steps.at(-1)}`;
}

function paysUntil(pays: PayingSteps | undefined): string {
  if (!pays) return '';
  if (pays.steps === 0) return '; spiking does not pay at any T';
  return pays.atLeast
    ? `; spiking pays up to T = ${pays.steps} at least`
    : `; spiking pays up to T = ${pays.steps}`;
}

function earlyExitLine({ earlyExit, steps }: EvaluationResult, wanted: number | undefined): string[] {
  const found = earlyExit.find(({ threshold }) => threshold === wanted);
  if (!found) return [];
  const { meanSteps, top1, top1Interval, agreement, agreementInterval, energy } = found as EarlyExitResult;
  const [a, b] = [energy.ecmtRatio.toFixed(3), energy.fullRatio.toFixed(3)];
  return [
    `early exit at confidence ${wanted}: mean T ${meanSteps.toFixed(2)} of ${steps.length}, top-1 ${withInterval(top1, top1Interval)} %, agreement ${withInterval(agreement, agreementInterval)} %, energy (a) ${a} (b) ${b}`,
    'all steps were run; a threshold chosen on these images would look better than it is',
  ];
}

function accuracyCells({ top1, top1Interval, top5 }: SourceResult): string[] {
  return [withInterval(top1, top1Interval), top5 === null ? '–' : (100 * top5).toFixed(1)];
}

function withInterval(value: number | null, interval: readonly [number, number] | null): string {
  if (value === null || interval === null) return '–';
  const [low, high] = interval.map((bound) => (100 * bound).toFixed(1));
  return `${(100 * value).toFixed(1)} [${low}, ${high}]`;
}
