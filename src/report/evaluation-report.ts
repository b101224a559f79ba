import type { EvaluationResult } from '../results/evaluation-result.ts';
import type { Figure, TaskResult } from '../results/task-result.ts';
import type { Run } from '../runs/read-run.ts';
import { headlinesOf, shownOf } from '../tasks/headline.ts';
import { figureNumber, shownFigures } from '../tasks/shown-figures.ts';
import { describeSeen } from './describe-seen.ts';
import { figureOf, renderFigure } from './figure.ts';
import { figures } from './figures/figures.ts';
import { count, interval, percent, points } from './format.ts';
import { type Html, html } from './html.ts';
import { renderPage, type Tile } from './page.ts';
import { renderProvenance } from './provenance.ts';

/** The report of an evaluation. */
export async function renderEvaluation(run: Run): Promise<string> {
  const sections: Html[] = [];
  for (const { id, draw } of figures) {
    const figure = await draw(run);
    if (figure) sections.push(renderFigure(id, figure));
  }
  const seen = renderSeen(run.result);
  if (seen) sections.unshift(seen);
  const skipped = renderSkipped(run.result);
  if (skipped) sections.push(skipped);
  sections.push(renderProvenance(run.settings, run.environment));
  return renderPage({
    lead: leadOf(run),
    title: titleOf(run),
    tiles: tilesOf(run.result),
    sections,
    files: run.files,
  });
}

function leadOf({ settings, environment, result }: Run): string {
  const { method, preset } = environment?.conversion ?? {};
  const by = method === undefined ? '' : ` · ${method} (${preset})`;
  const data = typeof settings.data === 'string' ? ` · ${settings.data}` : '';
  return `Evaluation${by}${data} · ${count(result.images, 'image')}`;
}

function titleOf({ name, result }: Run): string {
  const { images, source, steps, task } = result;
  if (images === 0) return `${name}: none of the images could be read`;
  if (task) return taskTitle(name, result, task);
  const last = steps.at(-1);
  if (!last) {
    return source.top1 === null
      ? `${name} does not spike, and the images have no labels`
      : `${name} gets ${percent(source.top1)} right; it does not spike`;
  }
  if (last.top1 === null || source.top1 === null) {
    return `${name}: ${percent(last.agreement)} agreement with its source network at T = ${last.t}`;
  }
  const gap = last.top1 - source.top1;
  const where = gap < 0 ? `${points(gap)} below` : gap > 0 ? `${points(gap)} above` : 'as good as';
  return `${name}: ${percent(last.top1)} right at T = ${last.t}, ${where} its source network`;
}

function taskTitle(name: string, result: EvaluationResult, task: TaskResult): string {
  const { names, steps, source } = headlinesOf(result);
  const last = steps.at(-1);
  if (!last) return `${name} does not spike; its output is measured as ${task.name}`;
  const shown = shownOf(last);
  const value = Number.isFinite(shown) ? shown.toFixed(3) : 'not known';
  return `${name}: ${source === null ? names.likeness : names.quality} ${value} at T = ${steps.length}`;
}

function tilesOf({ images, seen, source, steps, energy, task }: EvaluationResult): Tile[] {
  const last = steps.at(-1);
  const at = `result.json#/steps/${steps.length - 1}`;
  const tiles: Tile[] = [
    { value: figureOf('result.json#/images', images, images.toLocaleString('en')), text: imagesText(seen) },
  ];
  if (source.top1 !== null) {
    tiles.push({
      value: figureOf('result.json#/source/top1', source.top1, percent(source.top1)),
      text: `top-1 of the source network (${interval(source.top1Interval)})`,
    });
  }
  if (!last) return tiles;
  if (last.top1 !== null) {
    tiles.push({
      value: figureOf(`${at}/top1`, last.top1, percent(last.top1)),
      text: `top-1 at T = ${last.t} (${interval(last.top1Interval)})`,
    });
  }
  if (task) tiles.push(...taskTiles(task));
  else {
    tiles.push({
      value: figureOf(`${at}/agreement`, last.agreement, percent(last.agreement)),
      text: `agreement at T = ${last.t} (${interval(last.agreementInterval)})`,
    });
  }
  tiles.push({
    value: figureOf(`${at}/energy/ecmtRatio`, last.energy.ecmtRatio, last.energy.ecmtRatio.toFixed(3)),
    text: `energy ratio at T = ${last.t} by ECMT’s count (estimate)`,
  });
  const k = last.energy.full.findIndex(({ device }) => device === energy?.device);
  if (k >= 0) {
    const { ratio } = last.energy.full[k]!;
    tiles.push({
      value: figureOf(`${at}/energy/full/${k}/ratio`, ratio, ratio.toFixed(3)),
      text: `energy ratio at T = ${last.t} by the full estimate`,
    });
  }
  return tiles;
}

/** Whether the network has met the images before, where it says so. */
function imagesText(seen: EvaluationResult['seen']): string {
  if (!seen) return 'images';
  const met = seen.calibration + seen.selection;
  return `images, ${met === 0 ? 'none' : met.toLocaleString('en')} of them met before by the network`;
}

/** The main figures after the last step. */
function taskTiles(task: TaskResult): Tile[] {
  const i = task.steps.length - 1;
  const figures = task.steps[i] as Readonly<Record<string, Figure>>;
  return shownFigures(task)
    .filter(({ main }) => main)
    .map((figure) => {
      const { value, interval: bounds } = figures[figure.key]!;
      const unit = figure.percent ? ' %' : '';
      const range = bounds?.map((bound) => figureNumber(figure, bound)).join('–');
      return {
        value: figureOf(
          `result.json#/task/steps/${i}/${figure.key}/value`,
          value,
          `${figureNumber(figure, value)}${unit}`,
        ),
        text: `${figure.title} at T = ${i + 1}${range ? ` (${range})` : ''}`,
      };
    });
}

function renderSeen(result: EvaluationResult): Html | undefined {
  const sentence = describeSeen(result);
  if (sentence === undefined) return undefined;
  return html`<section id="seen" aria-labelledby="seen-title">
<h2 id="seen-title">Not all images are new to the network</h2>
<p>${sentence.replace(/^./, (letter) => letter.toUpperCase())}.</p>
<p class="source">Data: <code>result.json: seen</code></p>
</section>`;
}

function renderSkipped({ skipped }: EvaluationResult): Html | undefined {
  if (skipped.length === 0) return undefined;
  const rows = skipped
    .slice(0, 100)
    .map(({ id, reason }) => html`<tr><th scope="row">${id}</th><td class="text long">${reason}</td></tr>`);
  return html`<section id="skipped" aria-labelledby="skipped-title">
<h2 id="skipped-title">${count(skipped.length, 'image')} left out</h2>
<p>They could not be read and count nowhere.</p>
<div class="scroll"><table><tbody>${rows}</tbody></table></div>
<p class="source">Data: <code>result.json: skipped</code></p>
</section>`;
}
