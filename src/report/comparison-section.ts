import { fewBitName } from '../quantisation/trained/few-bit-record.ts';
import type { Comparison } from '../results/comparison-result.ts';
import type { EvaluationResult, StepResult } from '../results/evaluation-result.ts';
import type { FewBitResult } from '../results/few-bit-result.ts';
import { headlinesOf } from '../tasks/headline.ts';
import { describeSeenByAll } from './describe-seen.ts';
import { type FigureTable, figureOf, renderTable } from './figure.ts';
import { interval, percent, short } from './format.ts';
import { type Html, html } from './html.ts';
import { sourceWords } from './source-words.ts';

type Row = FigureTable['rows'][number];

/** The full estimate of a step on the device of the tables, relative to the source network. */
export function fullRatioOf({ energy }: EvaluationResult, step: StepResult): number | null {
  return step.energy.full.find(({ device }) => device === energy?.device)?.ratio ?? null;
}

/** Every method at every step, as a section of a report. */
export function comparisonSection({ entries }: Comparison): Html {
  const first = entries[0];
  const rows = entries.flatMap(({ name, folder, result }, e) => [
    ...tunedFromRows(result, e, name),
    ...stepRows(result, e, html`<a href="${folder}/report.html">${name}</a>`),
  ]);
  const names = first ? headlinesOf(first.result).names : { quality: 'top-1', likeness: 'agreement' };
  const head = [
    'method',
    'T',
    names.quality,
    '95 %',
    names.likeness,
    '95 %',
    'rate',
    '(a) ECMT’s ratio',
    '(b) full estimate',
    '(c) at equal bits',
  ];
  // Weights that were tuned are not those of the source network.
  const dense = Math.max(
    0,
    entries.findIndex(({ result }) => !result.fineTuning),
  );
  const sourceRows = entries.slice(dense, dense + 1).map(({ result }) => sourceRow(result, dense));
  return html`<section id="table" aria-labelledby="table-title">
<h2 id="table-title">Every method at every step, on the same images</h2>
<p>Rate is spikes a neuron and step${entries.some(({ result }) => result.windows !== null) ? ', of neurons that spike once spikes a neuron in a run' : ''}; energy relative to the source network, (c) to the source network in as many bits as the spikes carry, estimates. The names lead to each method’s own report.</p>
${describeSeenByAll(entries).map(
  (sentence) => html`<p><b>Not all images are new:</b> ${sentence}.</p>
`,
)}<div class="scroll">${renderTable({ head, rows: [...sourceRows, ...rows] }, 'Accuracy, firing rate and energy of every method')}</div>
<p class="source">Data: <code>result.json: entries[].result</code></p>
</section>
`;
}

function sourceRow(result: EvaluationResult, e: number): Row {
  const { source, sourceInterval } = headlinesOf(result);
  const at = `result.json#/entries/${e}/result/source/top1`;
  const quality = result.task ? percent(source) : figureOf(at, source, percent(source));
  return [sourceWords(result), '', quality, interval(sourceInterval), '', '', '', 1, 1, ''];
}

/** What a fine-tuned network was tuned from, as it was measured then. */
function tunedFromRows({ fineTuning, fewBits, task }: EvaluationResult, e: number, name: string): Row[] {
  if (task) return [];
  if (fewBits && !fineTuning) return fewBitRows(fewBits, e, name);
  if (!fineTuning) return [];
  const at = `result.json#/entries/${e}/result/fineTuning`;
  const row = (key: 'sourceAccuracy' | 'convertedAccuracy', of: string): Row => {
    const cell = figureOf(`${at}/${key}`, fineTuning[key], percent(fineTuning[key]));
    const [quality, likeness] = fineTuning.measure === 'accuracy' ? [cell, ''] : ['', cell];
    return [`${name}: ${of} when it was tuned`, '', quality, '', likeness, '', '', '', '', ''];
  };
  const converted = row('convertedAccuracy', 'converted');
  return fineTuning.measure === 'accuracy' ? [row('sourceAccuracy', 'source'), converted] : [converted];
}

/** A network in few bits and what it came from, as they were measured when it was trained. */
function fewBitRows(few: FewBitResult, e: number, name: string): Row[] {
  const row = (key: 'sourceAccuracy' | 'quantisedAccuracy', of: string): Row => {
    const cell = figureOf(`result.json#/entries/${e}/result/fewBits/${key}`, few[key], percent(few[key]));
    return [`${name}: ${of} when it was trained`, '', cell, '', '', '', '', '', '', ''];
  };
  return [row('sourceAccuracy', 'full precision'), row('quantisedAccuracy', fewBitName(few))];
}

function stepRows(result: EvaluationResult, e: number, name: Html): Row[] {
  const headlines = headlinesOf(result).steps;
  return result.steps.map((step, i) => {
    const at = `result.json#/entries/${e}/result/steps/${i}`;
    const headline = headlines[i];
    const { firingRate, energy } = step;
    const own = (key: 'top1' | 'agreement', value: number | null = null) =>
      result.task ? percent(value) : figureOf(`${at}/${key}`, value, percent(value));
    const k = energy.full.findIndex(({ device }) => device === result.energy?.device);
    return [
      name,
      step.t,
      own('top1', headline?.quality),
      interval(headline?.qualityInterval),
      own('agreement', headline?.likeness),
      interval(headline?.likenessInterval),
      figureOf(`${at}/firingRate`, firingRate, firingRate.toFixed(3)),
      figureOf(`${at}/energy/ecmtRatio`, energy.ecmtRatio, energy.ecmtRatio.toFixed(3)),
      figureOf(`${at}/energy/full/${k}/ratio`, fullRatioOf(result, step), short(fullRatioOf(result, step))),
      figureOf(`${at}/energy/quantisedRatio`, energy.quantisedRatio, short(energy.quantisedRatio)),
    ];
  });
}
