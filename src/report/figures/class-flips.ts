import type { Environment } from '../../results/environment.ts';
import type { EvaluationResult } from '../../results/evaluation-result.ts';
import { drawChart } from '../draw-chart.ts';
import { defineFigure } from '../figure.ts';
import { count, percent } from '../format.ts';
import { html } from '../html.ts';

type Pair = EvaluationResult['flips']['pairs'][number];

/** Up to so many classes, a matrix says it all; beyond, the most frequent pairs. */
const mostClasses = 16;

const mostPairs = 20;

/** Which classes of the source network the spiking network takes for which. */
export const classFlips = defineFigure({
  id: 'flips',
  async draw({ result, environment }) {
    const { flips, steps, images, task } = result;
    const last = steps.at(-1);
    if (!last || images === 0 || task) return undefined;
    const { pairs, outcome } = flips;
    const name = classNamer(environment);
    const { t } = last;
    const outcomes =
      outcome && flips.images > 0
        ? ` Of them ${outcome.lost} lost a right answer, ${outcome.won} won one, and ${outcome.neither} ${outcome.neither === 1 ? 'is' : 'are'} wrong either way.`
        : '';
    const classes = [...new Set(pairs.flatMap(({ source, spiking }) => [source, spiking]))].sort(
      (a, b) => a - b,
    );
    const body =
      pairs.length === 0
        ? html`<p>No image changes its class.</p>`
        : classes.length <= mostClasses && pairs.length > 3
          ? await matrix(pairs, classes, name)
          : await bars(pairs.slice(0, mostPairs), name);
    return {
      title: `${count(flips.images, 'image')} of ${images} (${percent(flips.images / images)}) ${flips.images === 1 ? 'leaves' : 'leave'} the source network’s class at T = ${t}`,
      caption: html`Class of the source network → class of the spiking network, number of images.${outcomes}${pairs.length > mostPairs && classes.length > mostClasses ? ` The ${mostPairs} most frequent of ${pairs.length} pairs.` : ''}`,
      data: ['result.json: flips', 'counted from batches.jsonl: predictions[].source[0], .steps[T − 1][0]'],
      body,
      ...(pairs.length > 0 && {
        table: {
          head: ['source network', 'spiking network', 'images'],
          rows: pairs
            .slice(0, 200)
            .map(({ source, spiking, images: number }) => [name(source), name(spiking), number]),
        },
      }),
    };
  },
});

/** `tench` rather than `0` or `tench, Tinca tinca`. */
function classNamer(environment: Environment | undefined): (index: number) => string {
  return (index) => environment?.classes?.[index]?.split(',')[0] ?? `class ${index}`;
}

function matrix(pairs: readonly Pair[], classes: readonly number[], name: (index: number) => string) {
  const most = Math.max(...pairs.map(({ images }) => images));
  const names = classes.map(name);
  const longest = Math.max(...names.map(({ length }) => length));
  return drawChart('Confusion of the images that change class', (Plot, { narrow }) => ({
    height: 70 + Math.min(26, 400 / classes.length + 8) * classes.length,
    marginLeft: 30 + 6.5 * longest,
    marginTop: 28,
    marginBottom: longest > 3 ? 20 + 5 * longest : 36,
    style: { fontSize: narrow ? '10px' : '12px' },
    x: {
      type: 'band',
      domain: classes,
      tickFormat: name,
      label: 'spiking network →',
      ...(longest > 3 && { tickRotate: -60 }),
    },
    y: { type: 'band', domain: classes, tickFormat: name, label: '↓ source network' },
    marks: [
      Plot.cell(classes, { x: (c: number) => c, y: (c: number) => c, fill: 'var(--line)', fillOpacity: 0.4 }),
      Plot.cell(pairs, {
        x: 'spiking',
        y: 'source',
        fill: 'rgb(var(--heat))',
        fillOpacity: ({ images }: Pair) => images / most,
      }),
      Plot.text(pairs, {
        x: 'spiking',
        y: 'source',
        text: ({ images }: Pair) => `${images}`,
        fill: ({ images }: Pair) => (images / most > 0.55 ? 'var(--on-heat)' : 'var(--ink)'),
      }),
    ],
  }));
}

function bars(pairs: readonly Pair[], name: (index: number) => string) {
  const label = ({ source, spiking }: Pair) => `${cut(name(source))} → ${cut(name(spiking))}`;
  const most = Math.max(...pairs.map(({ images }) => images));
  const longest = Math.max(...pairs.map((pair) => label(pair).length));
  return drawChart('Most frequent changes of class', (Plot, { narrow }) => ({
    height: 16 + 20 * pairs.length,
    marginLeft: 10 + (narrow ? 5.3 : 6.3) * longest,
    marginRight: 30,
    marginTop: 8,
    marginBottom: 8,
    style: { fontSize: narrow ? '10px' : '12px' },
    x: { axis: null, domain: [0, Math.max(most, 5)] },
    y: { domain: pairs.map(label), label: null, tickSize: 0 },
    marks: [
      Plot.barX(pairs, { x: 'images', y: label, fill: 'var(--c1)', insetTop: 2, insetBottom: 2 }),
      Plot.text(pairs, {
        x: 'images',
        y: label,
        text: ({ images }: Pair) => `${images}`,
        textAnchor: 'start',
        dx: 4,
      }),
      Plot.ruleX([0]),
    ],
  }));
}

function cut(text: string): string {
  return text.length > 18 ? `${text.slice(0, 17)}…` : text;
}
