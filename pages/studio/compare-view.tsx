import type { RunRow } from '../../src/studio/run-rows.ts';
import { PlotFigure } from '../parts/plot-figure.tsx';
import { percent, ratio } from './written.ts';

interface Props {
  /** Names of the folders. */
  readonly folders: readonly string[];
  readonly runs: readonly RunRow[];
}

const marks = [
  { color: 'var(--c1)', symbol: 'circle', dash: 'none' },
  { color: 'var(--c2)', symbol: 'square', dash: '6 3' },
  { color: 'var(--c3)', symbol: 'triangle', dash: '2 3' },
  { color: 'var(--c4)', symbol: 'diamond', dash: '9 3 2 3' },
] as const;

/** Several runs side by side, step by step. */
export function CompareView({ folders, runs }: Props) {
  const compared = folders.flatMap((folder) => runs.find((row) => row.folder === folder) ?? []);
  const T = Math.max(0, ...compared.map(({ steps }) => steps.length));
  const series = compared.map(({ name, steps }, i) => ({
    name,
    mark: marks[i % marks.length]!,
    points: steps.flatMap(({ t, quality }) => (quality === null ? [] : [{ t, quality }])),
  }));
  const label = series
    .map(({ name, points }) => `${name}: ${points.map(({ quality }) => percent(quality)).join(', ')}`)
    .join('; ');
  return (
    <section class="card" aria-labelledby="compare-title">
      <h2 id="compare-title">{compared.length} runs side by side</h2>
      <PlotFigure
        label={`Top-1 by step. ${label}.`}
        options={(Plot) => ({
          height: 260,
          marginLeft: 58,
          marginRight: 110,
          marginBottom: 40,
          x: {
            ticks: Array.from({ length: T }, (_, i) => i + 1),
            tickFormat: String,
            label: 'time-step t →',
          },
          y: { ticks: 5, tickFormat: percent, grid: true, label: null },
          marks: series.flatMap(({ name, points, mark }) => [
            Plot.line(points, { x: 't', y: 'quality', stroke: mark.color, strokeDasharray: mark.dash }),
            Plot.dot(points, {
              x: 't',
              y: 'quality',
              fill: mark.color,
              symbol: mark.symbol,
              r: 4,
              tip: true,
            }),
            Plot.text(points.slice(-1), {
              x: 't',
              y: 'quality',
              text: () => name.slice(0, 18),
              dx: 8,
              textAnchor: 'start',
              fill: mark.color,
            }),
          ]),
        })}
      />
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">T</th>
              {compared.map(({ folder, name }) => (
                <th key={folder} scope="col" colSpan={3}>
                  <a href={`#/run/${encodeURIComponent(folder)}`}>{name}</a>
                  <div class="soft">top-1, agreement, energy (a)</div>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {Array.from({ length: T }, (_, i) => (
              <tr key={`step ${i + 1}`}>
                <th scope="row">{i + 1}</th>
                {compared.map(({ folder, steps }) => [
                  <td key={`${folder} top-1`} class="amount">
                    {percent(steps[i]?.quality)}
                  </td>,
                  <td key={`${folder} agreement`} class="amount">
                    {percent(steps[i]?.agreement)}
                  </td>,
                  <td key={`${folder} energy`} class="amount">
                    {ratio(steps[i]?.ecmtRatio)}
                  </td>,
                ])}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
