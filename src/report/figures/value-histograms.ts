import type { EvaluationResult } from '../../results/evaluation-result.ts';
import type { Histogram, RunTraces } from '../../results/traces.ts';
import { drawSvg } from '../draw-chart.ts';
import { defineFigure, join } from '../figure.ts';
import { count, short } from '../format.ts';
import { type Html, html } from '../html.ts';

type Site = RunTraces['sites'][number];

/** Sites that are shown at once; the others unfold. */
const shownSites = 6;

/** More level marks than this would be a grey area. */
const mostLevels = 40;

/** Activations and membrane potentials of every site with the levels drawn in. */
export const valueHistograms = defineFigure({
  id: 'histograms',
  async draw({ traces, result }) {
    if (!traces || traces.sites.length === 0) return undefined;
    const order = worstFirst(traces.sites, result);
    const panels = await Promise.all(order.map(panel));
    const [shown, rest] = [panels.slice(0, shownSites), panels.slice(shownSites)];
    const more =
      rest.length === 0
        ? undefined
        : html`<details><summary>${count(rest.length, 'more site')}</summary><div class="grid">${rest}</div></details>`;
    return {
      title: 'Where values lie on the ladder of levels',
      caption: html`Share of the values by size, on an axis that is linear near 0 and logarithmic beyond, where levels are evenly spaced; thin lines are the levels of the neurons, strong ones the largest. Above: the source network’s activations; what lies outside the strong lines is cut off. Below: membrane potentials before firing; what lies inside the innermost lines mostly stays silent. ${count(traces.images, 'image')}; the sites with the largest error of their own first.`,
      data: ['traces.json: sites[].activations, .potentials, .levels'],
      body: join(html`<div class="grid">${shown}</div>`, more),
    };
  },
});

function worstFirst(sites: RunTraces['sites'], { diagnosis }: EvaluationResult): Site[] {
  const own = new Map(diagnosis?.sites.map(({ name, error }) => [name, error.own]));
  return sites.toSorted((a, b) => (own.get(b.name) ?? 0) - (own.get(a.name) ?? 0));
}

async function panel(site: Site): Promise<Html> {
  const axis = axisOf(site);
  const above = await drawHistogram(site, axis, 'activations', 'var(--c1)', site.activations);
  const below = site.potentials
    ? await drawHistogram(site, axis, 'membrane potentials', 'var(--c3)', site.potentials)
    : undefined;
  const { smallest, largest } = axis;
  const levels =
    site.levels.length === 0
      ? 'no levels'
      : smallest === largest
        ? `threshold ${short(largest)}`
        : `levels ±${short(smallest)} to ±${short(largest)}`;
  return html`<div><h3>${site.name}</h3><p>${levels}</p>${above}${below}</div>`;
}

interface Axis {
  readonly domain: readonly [number, number];
  /** Where the axis turns from linear to logarithmic. */
  readonly scale: number;
  /** Smallest and largest positive level. */
  readonly smallest: number;
  readonly largest: number;
  /** Levels that are drawn. */
  readonly marks: readonly number[];
}

/** One axis for both histograms of a site, so that they can be compared. */
function axisOf({ levels, activations, potentials }: Site): Axis {
  const edges = [...activations.edges, ...(potentials?.edges ?? []), ...levels, 0];
  const domain = [Math.min(...edges), Math.max(...edges)] as const;
  const positive = levels.filter((level) => level > 0);
  const largest = positive.at(-1) ?? domain[1];
  const smallest = positive[0] ?? largest;
  return {
    domain: domain[0] < domain[1] ? domain : [0, 1],
    scale: positive.length > 0 ? smallest / 2 : Math.max(largest / 100, 1e-9),
    smallest,
    largest,
    marks: levels.length <= mostLevels ? levels : [levels[0]!, smallest, largest],
  };
}

function drawHistogram(
  site: Site,
  axis: Axis,
  title: string,
  fill: string,
  { edges, shares }: Histogram,
): Promise<Html> {
  // One outline instead of a bar for each bin keeps the page small.
  const outline = edges.map((edge, i) => ({ edge, share: 100 * (shares[i] ?? 0) }));
  const ends =
    site.levels.length === 0
      ? axis.domain
      : [site.levels[0]!, axis.largest].filter((end, i) => i > 0 || end < 0);
  return drawSvg(
    `${site.name}: ${title}`,
    (Plot) => ({
      height: 100,
      marginLeft: 36,
      marginRight: 20,
      marginTop: 18,
      marginBottom: 18,
      style: { fontSize: '10px' },
      x: {
        type: 'symlog',
        constant: axis.scale,
        domain: [...axis.domain],
        label: null,
        ticks: [...ends, 0],
        tickFormat: short,
        tickSize: 3,
      },
      y: { ticks: 2, nice: true, label: null, tickFormat: (share: number) => `${share} %`, tickSize: 3 },
      marks: [
        Plot.ruleX(axis.marks, { stroke: 'currentColor', strokeOpacity: 0.3, strokeWidth: 0.75 }),
        Plot.ruleX(ends, { stroke: 'currentColor', strokeOpacity: 0.9, strokeWidth: 1 }),
        Plot.areaY(outline, {
          x: 'edge',
          y: 'share',
          curve: 'step-after',
          fill,
          fillOpacity: 0.75,
        }),
        Plot.ruleY([0]),
        Plot.text([title], {
          frameAnchor: 'top-right',
          lineAnchor: 'bottom',
          dy: -4,
          fill: 'currentColor',
          stroke: 'var(--surface)',
          strokeWidth: 4,
        }),
      ],
    }),
    240,
  );
}
