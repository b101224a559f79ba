import { useState } from 'preact/hooks';
import type { RunRow } from '../../src/studio/run-rows.ts';
import { PlotFigure } from '../parts/plot-figure.tsx';
import { percent } from './written.ts';

interface Point {
  readonly run: string;
  readonly folder: string;
  readonly command: string | undefined;
  readonly t: number;
  readonly quality: number;
  readonly ratio: number;
  /** Whether no other point is as good for less. */
  readonly best: boolean;
}

interface Props {
  readonly runs: readonly RunRow[];
}

/** All steps of all runs, energy against accuracy; what nothing beats is named, with the command that made it. */
export function FrontierView({ runs }: Props) {
  const devices = [
    ...new Set(runs.flatMap(({ steps }) => steps.flatMap(({ fullRatios }) => Object.keys(fullRatios)))),
  ];
  const [device, setDevice] = useState<string>();
  const chosen = device ?? devices[0];
  const points = chosen === undefined ? [] : pointsOf(runs, chosen);
  const frontier = points.filter(({ best }) => best);
  return (
    <section class="card" aria-labelledby="frontier-title">
      <h2 id="frontier-title">Energy against accuracy, every step of every run</h2>
      {points.length === 0 && <p class="soft">No finished evaluation with labels yet.</p>}
      {chosen !== undefined && points.length > 0 && (
        <>
          <label class="row small">
            Device
            <select value={chosen} onChange={(event) => setDevice(event.currentTarget.value)}>
              {devices.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
          <PlotFigure
            label={`${points.length} points; ${frontier.length} are beaten by none; the table below has them.`}
            options={(Plot) => ({
              height: 360,
              marginBottom: 40,
              x: { type: 'log', label: 'energy, × source network (estimate) →', grid: true },
              y: { percent: true, label: '↑ top-1, %', grid: true },
              marks: [
                Plot.dot(
                  points.filter(({ best }) => !best),
                  {
                    x: 'ratio',
                    y: 'quality',
                    stroke: 'var(--edge)',
                    r: 3,
                    symbol: 'circle',
                    title: titleOf,
                    tip: true,
                  },
                ),
                Plot.line(frontier, { x: 'ratio', y: 'quality', stroke: 'var(--c1)', curve: 'step-after' }),
                Plot.dot(frontier, {
                  x: 'ratio',
                  y: 'quality',
                  fill: 'var(--c1)',
                  r: 5,
                  symbol: 'square',
                  title: titleOf,
                  tip: true,
                }),
              ],
            })}
          />
          <div class="scroll">
            <table>
              <caption class="out-of-sight">Points that nothing beats</caption>
              <thead>
                <tr>
                  <th scope="col">run</th>
                  <th scope="col" class="amount">
                    T
                  </th>
                  <th scope="col" class="amount">
                    top-1
                  </th>
                  <th scope="col" class="amount">
                    energy
                  </th>
                  <th scope="col">command</th>
                </tr>
              </thead>
              <tbody>
                {frontier.map(({ run, folder, t, quality, ratio, command }) => (
                  <tr key={`${folder} ${t}`}>
                    <th scope="row">
                      <a href={`#/run/${encodeURIComponent(folder)}`}>{run}</a>
                    </th>
                    <td class="amount">{t}</td>
                    <td class="amount">{percent(quality)}</td>
                    <td class="amount">× {ratio.toFixed(2)}</td>
                    <td>{command && <code>{command}</code>}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </section>
  );
}

function titleOf({ run, t, quality, ratio }: Point): string {
  return `${run}, T = ${t}: ${percent(quality)} at × ${ratio.toFixed(2)}`;
}

function pointsOf(runs: readonly RunRow[], device: string): Point[] {
  const all = runs.flatMap(({ name, folder, command, steps }) =>
    steps.flatMap(({ t, quality, fullRatios }) => {
      const ratio = fullRatios[device];
      return quality === null || ratio === undefined
        ? []
        : [{ run: name, folder, command, t, quality, ratio }];
    }),
  );
  all.sort((a, b) => a.ratio - b.ratio || b.quality - a.quality);
  let most = Number.NEGATIVE_INFINITY;
  return all.map((point) => {
    const best = point.quality > most;
    most = Math.max(most, point.quality);
    return { ...point, best };
  });
}
