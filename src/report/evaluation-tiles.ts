import type { EvaluationResult } from '../results/evaluation-result.ts';
import type { Figure, TaskResult } from '../results/task-result.ts';
import { figureNumber } from '../tasks/shown-figures.ts';
import { mainFigures } from './evaluation-title.ts';
import { figureOf } from './figure.ts';
import { interval, percent } from './format.ts';
import { type OperatingPoint, operatingPoint } from './operating-point.ts';
import type { Tile } from './page.ts';
import { sourceWords } from './source-words.ts';

/** The numbers at the top of a report: the source network, and the spiking one where it is best. */
export function evaluationTiles(result: EvaluationResult): Tile[] {
  const { images, seen, source } = result;
  const tiles: Tile[] = [
    { value: figureOf('result.json#/images', images, images.toLocaleString('en')), text: imagesText(seen) },
  ];
  if (source.top1 !== null) {
    tiles.push({
      value: figureOf('result.json#/source/top1', source.top1, percent(source.top1)),
      text: `top-1 of the ${sourceWords(result)} (${interval(source.top1Interval)})`,
    });
  }
  const best = operatingPoint(result);
  return best
    ? [...tiles, ...qualityTiles(result, best), ...latencyTiles(result, best), ...energyTiles(result, best)]
    : tiles;
}

/** Whether the network has met the images before, where it says so. */
function imagesText(seen: EvaluationResult['seen']): string {
  if (!seen) return 'images';
  const met = seen.calibration + seen.selection;
  return `images, ${met === 0 ? 'none' : met.toLocaleString('en')} of them met before by the network`;
}

function qualityTiles({ task }: EvaluationResult, best: OperatingPoint): Tile[] {
  if (task) return taskTiles(task, best);
  const { step, index, chosen } = best;
  const at = `result.json#/steps/${index}`;
  const { top1, top1Interval, agreement, agreementInterval } = step;
  const right = {
    value: figureOf(`${at}/top1`, top1, percent(top1)),
    text: `top-1 at T = ${step.t}${chosen} (${interval(top1Interval)})`,
  };
  const agrees = {
    value: figureOf(`${at}/agreement`, agreement, percent(agreement)),
    text: `agreement at T = ${step.t} (${interval(agreementInterval)})`,
  };
  return top1 === null ? [agrees] : [right, agrees];
}

/** How long a run lasts where each layer has a window of its own. */
function latencyTiles({ windows }: EvaluationResult, { step, index }: OperatingPoint): Tile[] {
  if (windows === null) return [];
  const { t, latency = windows * t } = step;
  const at = step.latency === undefined ? 'windows' : `steps/${index}/latency`;
  const value = step.latency ?? windows;
  const length = latency === windows * t ? `${t} slots` : `at most ${t} slots`;
  return [
    {
      value: figureOf(`result.json#/${at}`, value, `${latency} slots`),
      text: `latency at T = ${t}: ${windows} windows of ${length}`,
    },
  ];
}

function energyTiles({ energy }: EvaluationResult, { step, index }: OperatingPoint): Tile[] {
  const at = `result.json#/steps/${index}/energy`;
  const { ecmtRatio, full } = step.energy;
  const count = {
    value: figureOf(`${at}/ecmtRatio`, ecmtRatio, ecmtRatio.toFixed(3)),
    text: `energy ratio at T = ${step.t} by ECMT’s count (estimate)`,
  };
  const k = full.findIndex(({ device }) => device === energy?.device);
  const ratio = full[k]?.ratio;
  if (ratio === undefined) return [count];
  return [
    count,
    {
      value: figureOf(`${at}/full/${k}/ratio`, ratio, ratio.toFixed(3)),
      text: `energy ratio at T = ${step.t} by the full estimate`,
    },
  ];
}

/** The main figures of a task. */
function taskTiles(task: TaskResult, { index, step, chosen }: OperatingPoint): Tile[] {
  const figures = task.steps[index] as Readonly<Record<string, Figure>>;
  return mainFigures(task).map((figure, i) => {
    const { value = null, interval: bounds } = figures[figure.key] ?? {};
    const unit = figure.percent ? ' %' : '';
    const range = bounds?.map((bound) => figureNumber(figure, bound)).join('–');
    return {
      value: figureOf(
        `result.json#/task/steps/${index}/${figure.key}/value`,
        value,
        `${figureNumber(figure, value)}${unit}`,
      ),
      text: `${figure.title} at T = ${step.t}${i === 0 ? chosen : ''}${range ? ` (${range})` : ''}`,
    };
  });
}
