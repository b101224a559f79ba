import type { EvaluationResult, StepResult } from '../../results/evaluation-result.ts';
import { axisOf, headlinesOf, shownOf } from '../../tasks/headline.ts';
import { defineFigure, type FigureTable, figureOf } from '../figure.ts';
import { energy as energyText, percent, short } from '../format.ts';
import { type FrontierSeries, frontierChart, stepLabel } from '../frontier-chart.ts';
import { html } from '../html.ts';
import { seriesMark } from '../series-marks.ts';
import { bitsOf } from './accuracy-by-step.ts';

/** Accuracy against energy: ECMT's ratio, the full estimate, and the equal-bit quantised networks. */
export const accuracyAgainstEnergy = defineFigure({
  id: 'energy-frontier',
  async draw({ result }) {
    const last = result.steps.at(-1);
    if (!last) return undefined;
    const headlines = headlinesOf(result);
    const body = await frontierChart(seriesOf(result), {
      label: 'Accuracy against energy',
      quantity: axisOf(headlines),
      source: headlines.source,
    });
    return {
      title: titleOf(result, last),
      caption: html`Estimates. ECMT’s count bills every spike as one addition and leaves out the first layer, normalisation, activation functions, neurons and memory; the full estimate charges them${deviceOf(result)}. Points left of the dotted line need less energy than the source network.`,
      data: [
        `result.json: steps[].energy.ecmtRatio, .full[].ratio${result.task ? '; task.steps[]' : ', .top1'}`,
        ...(result.quantised ? ['quantised.networks[].energy.ratio'] : []),
      ],
      body,
      table: tableOf(result),
    };
  },
});

function deviceOf({ energy }: EvaluationResult): string {
  const title = energy?.devices.find(({ name }) => name === energy.device)?.title;
  return title === undefined ? '' : ` (${title})`;
}

/** Full estimate of a step on the device of the tables. */
function fullOf({ energy }: EvaluationResult, step: EvaluationResult['steps'][number]) {
  return step.energy.full.find(({ device }) => device === energy?.device);
}

function titleOf(result: EvaluationResult, last: StepResult): string {
  const { energy } = result;
  const count = `By ECMT’s count T = ${last.t} takes ${percent(last.energy.ecmtRatio, 0)} of the source network’s energy`;
  const pays = energy?.pays.find(({ device }) => device === energy.device);
  const full = fullOf(result, last);
  if (!pays || !full) return count;
  if (pays.steps === 0) return `${count}; by the full estimate no number of steps pays`;
  if (pays.atLeast) return `${count}, by the full estimate ${percent(full.ratio, 0)}`;
  return `${count}; by the full estimate spiking pays up to T = ${pays.steps}`;
}

function seriesOf(result: EvaluationResult): FrontierSeries[] {
  const { steps, quantised } = result;
  const headlines = headlinesOf(result);
  const point = (t: number, ratio: number, accuracy: number) => ({
    ratio,
    accuracy,
    label: stepLabel(t, steps.length),
  });
  return [
    {
      name: 'ECMT’s count',
      mark: seriesMark(0),
      line: true,
      points: steps.map((step, i) => point(step.t, step.energy.ecmtRatio, shownOf(headlines.steps[i]!))),
    },
    {
      name: 'full estimate',
      mark: seriesMark(1),
      line: true,
      points: steps.flatMap((step, i) => {
        const full = fullOf(result, step);
        return full ? [point(step.t, full.ratio, shownOf(headlines.steps[i]!))] : [];
      }),
    },
    {
      name: 'source network in as many bits (full estimate, 8-bit arithmetic)',
      mark: seriesMark(2),
      line: false,
      points: (quantised?.networks ?? []).map((network, i) => ({
        ratio: network.energy.ratio,
        accuracy: shownOf(headlines.quantised[i]!),
        label: bitsOf(network.bits),
      })),
    },
  ];
}

function tableOf(result: EvaluationResult): FigureTable {
  const { steps, quantised } = result;
  const headlines = headlinesOf(result);
  return {
    head: [
      '',
      headlines.names.quality,
      headlines.names.likeness,
      'ECMT’s ratio',
      'full estimate, ratio',
      'energy an image',
      'ratio to the quantised network',
    ],
    rows: [
      ...steps.map((step, i) => {
        const full = fullOf(result, step);
        const k = full ? step.energy.full.indexOf(full) : -1;
        const at = `result.json#/steps/${i}`;
        return [
          `T = ${step.t}`,
          percent(headlines.steps[i]!.quality),
          percent(headlines.steps[i]!.likeness),
          figureOf(`${at}/energy/ecmtRatio`, step.energy.ecmtRatio, step.energy.ecmtRatio.toFixed(3)),
          full ? figureOf(`${at}/energy/full/${k}/ratio`, full.ratio, full.ratio.toFixed(3)) : '–',
          full
            ? figureOf(`${at}/energy/full/${k}/nanojoules`, full.nanojoules, energyText(full.nanojoules))
            : '–',
          figureOf(
            `${at}/energy/quantisedRatio`,
            step.energy.quantisedRatio,
            short(step.energy.quantisedRatio),
          ),
        ];
      }),
      ...(quantised?.networks ?? []).map((network, i) => [
        `source in ${bitsOf(network.bits)}`,
        percent(headlines.quantised[i]!.quality),
        percent(headlines.quantised[i]!.likeness),
        '–',
        figureOf(
          `result.json#/quantised/networks/${i}/energy/ratio`,
          network.energy.ratio,
          network.energy.ratio.toFixed(3),
        ),
        energyText(network.energy.nanojoules),
        '1',
      ]),
    ],
  };
}
