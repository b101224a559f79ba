import pc from 'picocolors';
import { describeSeen } from '../report/describe-seen.ts';
import { describeStream } from '../report/describe-stream.ts';
import type { PayingSteps } from '../results/energy-result.ts';
import type { EarlyExitResult, EvaluationResult } from '../results/evaluation-result.ts';
import { bitsOf, evaluationTable } from '../tables/evaluation-table.ts';
import { describeFineTuning } from './describe-fine-tuning.ts';
import { describeSynapses } from './print-synapses.ts';
import { printLine, tableText } from './print-table.ts';
import { classLegend, otherOutputLines, taskLegend } from './print-task.ts';
import { tokenLines } from './print-tokens.ts';
import { verbosity } from './verbosity.ts';

/** What to print beside the table. */
export interface PrintOptions {
  /** Threshold of the early exit to print; default: none. */
  readonly exitConfidence?: number | undefined;
}

/** Prints the results of an evaluation: the table, what its columns are, and what was noticed. */
export function printResult(result: EvaluationResult, { exitConfidence }: PrintOptions = {}): void {
  console.log(tableText(evaluationTable(result)));
  for (const line of [...legend(result), ...earlyExitLine(result, exitConfidence)]) printLine(line);
  for (const line of result.synapses ? describeSynapses(result.synapses) : []) printLine(line);
  const { images, skipped, seconds, hiddenSteps } = result;
  for (const line of describeFineTuning(result)) printLine(line);
  for (const line of otherOutputLines(result)) printLine(line);
  for (const line of tokenLines(result)) printLine(line);
  const stream = describeStream(result);
  if (stream !== undefined) printLine(stream);
  if (hiddenSteps > 0) console.log(`before step 1: ${hiddenSteps} hidden steps, billed with step 1`);
  const rate = seconds > 0 ? `, ${(images / seconds).toFixed(1)} images/s` : '';
  console.log(`${images} images in ${seconds.toFixed(1)} s${rate}`);
  if (verbosity() === 'verbose') printLine(phaseLine(result));
  const seen = describeSeen(result);
  if (seen !== undefined) printLine(pc.yellow(seen));
  if (skipped.length > 0) {
    console.log(pc.yellow(`${skipped.length} images left out because they could not be read:`));
    for (const { id, reason } of skipped.slice(0, 5)) console.log(`  ${id}: ${reason}`);
  }
}

/** How long each phase took, in words. */
function phaseLine({ phases }: EvaluationResult): string {
  return `phases: ${phases.map(({ name, seconds }) => `${name} ${seconds.toFixed(1)} s`).join(', ')}`;
}

function legend({ energy, quantised, task, windows }: EvaluationResult): string[] {
  const figures = task ? taskLegend(task) : [classLegend];
  if (!energy) return figures;
  const [pays] = energy.pays;
  return [
    ...figures,
    windows === null
      ? 'rate: spikes per neuron and step; energy for one image, estimates:'
      : `T: slots of a window; slots: of the whole run, ${windows} windows; rate: spikes per neuron, at most one; energy for one image, estimates:`,
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
      ? ['* after the last of these steps, spikes carry more than the 8 bits that were evaluated']
      : []),
    ...(ranges === 'first batch'
      ? ['clip ranges of the quantised networks: from the first of these images']
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

function withInterval(value: number | null, interval: readonly [number, number] | null): string {
  if (value === null || interval === null) return '–';
  const [low, high] = interval.map((bound) => (100 * bound).toFixed(1));
  return `${(100 * value).toFixed(1)} [${low}, ${high}]`;
}
