import type { Answer } from '../network/answer.ts';
import { PlotFigure } from './plot-figure.tsx';

interface Props {
  readonly answer: Answer;
  readonly classNames: readonly string[];
  /** Steps that are shown. */
  readonly shown: number;
  /** Step at which the network would have stopped. */
  readonly stop: number;
}

const marks = [
  { color: 'var(--c1)', symbol: 'circle', dash: 'none' },
  { color: 'var(--c2)', symbol: 'square', dash: '6 3' },
  { color: 'var(--c3)', symbol: 'triangle', dash: '2 3' },
] as const;

/** Smallest probability that the chart names at its right; below, names would cover each other. */
const labelled = 0.08;

/** Probabilities of the likeliest classes over the time-steps, and of the source network at the right. */
export function StepsChart({ answer, classNames, shown, stop }: Props) {
  const last = answer.steps[shown - 1]!;
  const likely = [...last.probabilities.keys()]
    .sort(
      (a, b) =>
        Math.max(last.probabilities[b]!, answer.source[b]!) -
        Math.max(last.probabilities[a]!, answer.source[a]!),
    )
    .slice(0, marks.length);
  const T = answer.steps.length;
  const series = likely.map((index, i) => ({
    name: classNames[index] ?? '',
    mark: marks[i]!,
    points: answer.steps
      .slice(0, shown)
      .map(({ probabilities }, t) => ({ t: t + 1, p: probabilities[index]! })),
    source: answer.source[index]!,
  }));
  const label = `Probability by time-step. ${series
    .map(
      ({ name, points, source }) =>
        `${name}: ${points.map(({ p }) => p.toFixed(2)).join(', ')}; source network ${source.toFixed(2)}`,
    )
    .join('. ')}. It would have stopped at step ${stop}.`;
  return (
    <PlotFigure
      label={label}
      options={(Plot) => ({
        height: 200,
        marginTop: 24,
        marginBottom: 40,
        marginRight: 52,
        x: {
          domain: [0.8, T + 0.2],
          ticks: Array.from({ length: T }, (_, i) => i + 1),
          tickFormat: String,
          label: 'time-step t →',
        },
        y: { domain: [0, 1], ticks: [0, 0.5, 1], grid: true, label: null },
        marks: [
          Plot.ruleX([stop], { stroke: 'var(--edge)', strokeDasharray: '2 3' }),
          Plot.text([stop], {
            x: (x: number) => x,
            text: () => 'stops',
            frameAnchor: 'top',
            dy: -8,
            fill: 'var(--soft)',
          }),
          ...series.flatMap(({ points, mark, name, source }) => [
            Plot.line(points, {
              x: 't',
              y: 'p',
              stroke: mark.color,
              strokeDasharray: mark.dash,
              strokeWidth: 1.6,
            }),
            Plot.dot(points, { x: 't', y: 'p', fill: mark.color, symbol: mark.symbol, r: 3.4 }),
            Plot.text(source > labelled ? [source] : [], {
              y: (y: number) => Math.min(Math.max(y, 0.02), 0.98),
              frameAnchor: 'right',
              text: () => `◂ ${name}`,
              textAnchor: 'start',
              dx: 6,
              fill: mark.color,
            }),
          ]),
        ],
      })}
    />
  );
}
