import type { EvaluationResult } from '../../results/evaluation-result.ts';
import { dumbbellChart } from '../dumbbell-chart.ts';
import { defineFigure, figureOf, join } from '../figure.ts';
import { count, percent } from '../format.ts';
import { html } from '../html.ts';
import { seriesMark } from '../series-marks.ts';

type Site = NonNullable<EvaluationResult['diagnosis']>['sites'][number];

/** Relative error of every site, and what to do about it. */
export const siteErrors = defineFigure({
  id: 'errors',
  async draw({ result: { diagnosis } }) {
    const last = diagnosis?.sites.at(-1);
    if (!diagnosis || !last) return undefined;
    const { sites, findings, images, steps } = diagnosis;
    const chart = await dumbbellChart(
      sites.map(({ name, error }) => ({ name, first: 100 * error.own, second: 100 * error.total })),
      {
        label: 'Error by site',
        quantity: 'error, % of the signal',
        first: { mark: seriesMark(0), text: 'the site’s own error' },
        second: { mark: seriesMark(1), text: 'with errors of earlier sites' },
      },
    );
    const list = findings.map(({ text }) => html`<li>${text}</li>`);
    return {
      title: titleOf(sites, last),
      caption: html`How far the value that a site passes on after ${count(steps, 'step')} is from the source network’s activation, ‖d − a‖ / ‖a‖, on ${count(images, 'image')}: what its own neurons lose, and all of it, with what arrived wrong from earlier sites.`,
      data: ['result.json: diagnosis.sites[].error', 'diagnosis.findings[]'],
      body: join(html`<ul class="findings">${list}</ul>`, chart),
      tall: true,
      table: {
        head: [
          'site',
          'own',
          'inherited',
          'in all',
          'saturated',
          'dead neurons',
          'signal at silent neurons',
          'outlier channels',
          'logit error alone',
        ],
        rows: sites.map((site, i) => {
          const at = `result.json#/diagnosis/sites/${i}`;
          return [
            site.name,
            figureOf(`${at}/error/own`, site.error.own, percent(site.error.own)),
            figureOf(`${at}/error/inherited`, site.error.inherited, percent(site.error.inherited)),
            figureOf(`${at}/error/total`, site.error.total, percent(site.error.total)),
            figureOf(`${at}/saturated`, site.saturated, percent(site.saturated, 2)),
            figureOf(`${at}/dead`, site.dead, percent(site.dead)),
            figureOf(`${at}/silentSignal`, site.silentSignal, percent(site.silentSignal)),
            site.outliers ? `${site.outliers.count} of ${site.outliers.channels}` : '–',
            percent(site.logitError),
          ];
        }),
      },
    };
  },
});

function titleOf(sites: readonly Site[], last: Site): string {
  const worst = sites.reduce((a, b) => (b.error.own > a.error.own ? b : a));
  return `${worst.name} loses most by itself (${percent(worst.error.own, 0)}); the last site is ${percent(last.error.total, 0)} off`;
}
