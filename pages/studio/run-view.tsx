import { useEffect, useState } from 'preact/hooks';
import type { Run } from '../../src/runs/read-run.ts';
import type { RunRow } from '../../src/studio/run-rows.ts';
import { PlotFigure } from '../parts/plot-figure.tsx';
import { ask } from './api.ts';
import { SiteView } from './site-view.tsx';
import { percent } from './written.ts';

type Evaluation = Omit<Run, 'files' | 'kind'> & { readonly kind: string };

interface Props {
  /** Name of its folder. */
  readonly folder: string;
  readonly row: RunRow | undefined;
}

/** One run: what each step gives, for a device, and its sites, one of which can be looked at. */
export function RunView({ folder, row }: Props) {
  const [run, setRun] = useState<Evaluation>();
  const [error, setError] = useState<string>();
  useEffect(() => {
    ask<Evaluation>(`/api/runs/${encodeURIComponent(folder)}`).then(setRun, (failure: Error) =>
      setError(failure.message),
    );
  }, [folder]);
  const report = `/api/runs/${encodeURIComponent(folder)}/report`;
  return (
    <>
      <h2 class="title">{row?.name ?? folder}</h2>
      <p class="soft small">
        <a href={report}>Report</a>
        {row?.command && (
          <>
            {' · '}
            <code>{row.command}</code>
          </>
        )}
      </p>
      {error && <p class="error">{error}</p>}
      {run?.kind === 'evaluation' && <Figures run={run} />}
      {run && run.kind !== 'evaluation' && <iframe class="report" title="Report" src={report} />}
    </>
  );
}

function Figures({ run }: { readonly run: Evaluation }) {
  const { result } = run;
  const [device, setDevice] = useState(0);
  const [t, setT] = useState(result.steps.length);
  const [site, setSite] = useState<string>();
  const devices = result.energy?.devices ?? [];
  const step = result.steps[t - 1];
  if (!step) return <p class="soft">The network does not spike: top-1 {percent(result.source.top1)}.</p>;
  const full = step.energy.full[device];
  return (
    <>
      <div class="row controls">
        <label>
          Step{' '}
          <select value={t} onChange={(event) => setT(Number(event.currentTarget.value))}>
            {result.steps.map((each) => (
              <option key={each.t} value={each.t}>
                t = {each.t}
              </option>
            ))}
          </select>
        </label>
        <label>
          Device{' '}
          <select value={device} onChange={(event) => setDevice(Number(event.currentTarget.value))}>
            {devices.map(({ title, name }, i) => (
              <option key={name} value={i}>
                {title}
              </option>
            ))}
          </select>
        </label>
      </div>
      <ul class="tiles">
        <Tile
          value={percent(step.top1)}
          text={`top-1 after ${t} of ${result.steps.length} steps; source ${percent(result.source.top1)}`}
        />
        <Tile value={percent(step.agreement)} text="agree with the source network" />
        <Tile
          value={full ? `× ${full.ratio.toFixed(2)}` : ''}
          text="energy of the source network (estimate)"
        />
        <Tile value={step.energy.ecmtRatio.toFixed(3)} text="energy (a), additions alone" />
        <Tile value={step.firingRate.toFixed(3)} text="spikes a neuron and step" />
        <Tile value={String(result.images)} text="images" />
      </ul>
      <div class="pair">
        <section class="card" aria-labelledby="accuracy-title">
          <h2 id="accuracy-title">Accuracy by step</h2>
          <p class="soft small">
            ● top-1, ▲ agreement with the source network, dashed: top-1 of the source network
          </p>
          <AccuracyChart run={run} t={t} />
        </section>
        <section class="card" aria-labelledby="run-energy-title">
          <h2 id="run-energy-title">Energy by step, × source network (estimate)</h2>
          <EnergyBars run={run} device={device} t={t} />
        </section>
      </div>
      <section class="card" aria-labelledby="sites-title">
        <h2 id="sites-title">Sites</h2>
        <Sites run={run} chosen={site} onChoose={setSite} t={t} />
      </section>
      {site !== undefined && <SiteView run={run} name={site} />}
    </>
  );
}

function Tile({ value, text }: { readonly value: string; readonly text: string }) {
  return (
    <li>
      <b>{value || '–'}</b>
      <span>{text}</span>
    </li>
  );
}

function AccuracyChart({ run: { result }, t }: { readonly run: Evaluation; readonly t: number }) {
  const points = result.steps.flatMap((step) => [
    ...(step.top1 === null ? [] : [{ t: step.t, share: step.top1, what: 'top-1' }]),
    ...(step.agreement === null ? [] : [{ t: step.t, share: step.agreement, what: 'agreement' }]),
  ]);
  const source = result.source.top1;
  const least = Math.max(0, Math.min(source ?? 1, ...points.map(({ share }) => share)) - 0.05);
  const label = `Share of images by step. ${result.steps.map((step) => `t = ${step.t}: top-1 ${percent(step.top1)}, agreement ${percent(step.agreement)}`).join('; ')}. Source network ${percent(source)}.`;
  return (
    <PlotFigure
      label={label}
      options={(Plot) => ({
        height: 230,
        marginLeft: 58,
        marginRight: 16,
        marginBottom: 40,
        x: { ticks: result.steps.map((step) => step.t), tickFormat: String, label: 'time-step t →' },
        y: { domain: [least, 1], ticks: 5, tickFormat: percent, grid: true, label: null },
        marks: [
          Plot.ruleX([t], { stroke: 'var(--edge)', strokeDasharray: '2 3' }),
          ...(source === null ? [] : [Plot.ruleY([source], { stroke: 'var(--c2)', strokeDasharray: '6 3' })]),
          Plot.line(points, {
            x: 't',
            y: 'share',
            z: 'what',
            stroke: ({ what }: { what: string }) => color(what),
          }),
          Plot.dot(points, {
            x: 't',
            y: 'share',
            fill: ({ what }: { what: string }) => color(what),
            symbol: ({ what }: { what: string }) => (what === 'top-1' ? 'circle' : 'triangle'),
            title: ({ t: at, share, what }: { t: number; share: number; what: string }) =>
              `t = ${at}: ${what} ${percent(share)}`,
            tip: true,
          }),
        ],
        color: { type: 'identity' },
        symbol: { type: 'identity' },
      })}
    />
  );
}

function color(what: string): string {
  return what === 'top-1' ? 'var(--c1)' : 'var(--c3)';
}

function EnergyBars({
  run: { result },
  device,
  t,
}: {
  readonly run: Evaluation;
  readonly device: number;
  readonly t: number;
}) {
  const points = result.steps.flatMap((step) => {
    const full = step.energy.full[device];
    return full ? [{ t: step.t, ratio: full.ratio, nanojoules: full.nanojoules }] : [];
  });
  const label = `Energy relative to the source network by step: ${points.map(({ t: at, ratio }) => `t = ${at}: ${ratio.toFixed(2)}`).join('; ')}.`;
  return (
    <PlotFigure
      label={label}
      options={(Plot) => ({
        height: 230,
        marginBottom: 40,
        marginTop: 26,
        x: { domain: result.steps.map((step) => step.t), label: 'time-step t →', padding: 0.35 },
        y: { grid: true, label: '↑ × source network' },
        marks: [
          Plot.barY(points, {
            x: 't',
            y: 'ratio',
            fill: 'var(--c1)',
            fillOpacity: (point: { t: number }) => (point.t === t ? 1 : 0.55),
            tip: true,
            title: (point: { ratio: number; nanojoules: number }) =>
              `× ${point.ratio.toFixed(3)}, ${point.nanojoules.toPrecision(4)} nJ an image`,
          }),
          Plot.text(points, {
            x: 't',
            y: 'ratio',
            text: (point: { ratio: number }) => point.ratio.toFixed(2),
            dy: -7,
            fill: 'var(--ink)',
          }),
          Plot.ruleY([1], { stroke: 'var(--c2)', strokeDasharray: '6 3' }),
          Plot.ruleY([0], { stroke: 'var(--line)' }),
        ],
        opacity: { type: 'identity' },
      })}
    />
  );
}

interface SitesProps {
  readonly run: Evaluation;
  readonly chosen: string | undefined;
  readonly t: number;
  readonly onChoose: (site: string) => void;
}

function Sites({ run: { result }, chosen, t, onChoose }: SitesProps) {
  const errors = new Map(result.diagnosis?.sites.map((each) => [each.name, each.error]));
  const most = Math.max(1e-9, ...result.sites.map(({ firingRate }) => firingRate[t - 1] ?? 0));
  return (
    <div class="scroll tall">
      <table>
        <thead>
          <tr>
            <th scope="col">site</th>
            <th scope="col">neuron</th>
            <th scope="col" class="amount">
              neurons
            </th>
            <th scope="col">spikes a neuron at t = {t}</th>
            <th scope="col" class="amount">
              own error
            </th>
            <th scope="col" class="amount">
              inherited
            </th>
          </tr>
        </thead>
        <tbody>
          {result.sites.map(({ name, neuron, neurons, firingRate }) => {
            const rate = firingRate[t - 1] ?? 0;
            const error = errors.get(name);
            return (
              <tr key={name}>
                <th scope="row">
                  <button
                    type="button"
                    class="plain link"
                    aria-pressed={chosen === name}
                    onClick={() => onChoose(name)}
                  >
                    {name}
                  </button>
                </th>
                <td>{neuron}</td>
                <td class="amount">{neurons.toLocaleString('en')}</td>
                <td>
                  <span class="meter" aria-hidden="true">
                    <span style={{ width: `${(rate / most) * 100}%` }} />
                  </span>{' '}
                  {rate.toFixed(3)}
                </td>
                <td class="amount">{percent(error?.own)}</td>
                <td class="amount">{percent(error?.inherited)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
