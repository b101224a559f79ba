import { useEffect, useRef } from 'preact/hooks';
import type { Histogram, SiteTrace } from '../../src/results/traces.ts';
import type { Run } from '../../src/runs/read-run.ts';
import { PlotFigure } from '../parts/plot-figure.tsx';
import { percent } from './written.ts';

interface Props {
  readonly run: Pick<Run, 'result' | 'traces'>;
  /** Name of the site. */
  readonly name: string;
}

/** One spike site: activations and potentials with the levels that fire, a raster, rates by step, and errors. */
export function SiteView({ run: { result, traces }, name }: Props) {
  const section = useRef<HTMLElement>(null);
  const site = result.sites.find((each) => each.name === name);
  const trace = traces?.sites.find((each) => each.name === name);
  const error = result.diagnosis?.sites.find((each) => each.name === name)?.error;
  useEffect(() => section.current?.scrollIntoView({ block: 'nearest' }), [name]);
  if (!site) return null;
  return (
    <section class="card" ref={section} aria-labelledby="site-title">
      <h2 id="site-title">
        {name}: {site.neuron}, {site.neurons.toLocaleString('en')} neurons
      </h2>
      {error && (
        <p class="small">
          Error on a few images, relative to the source network’s activations: {percent(error.total)}; its own
          neurons lose {percent(error.own)}, {percent(error.inherited)} come from the layers before.
        </p>
      )}
      {trace ? (
        <div class="pair">
          <div>
            <Distribution
              title="Activations of the source network"
              histogram={trace.activations}
              levels={trace.levels}
            />
            {trace.potentials && (
              <Distribution
                title="Membrane potentials before firing"
                histogram={trace.potentials}
                levels={trace.levels}
              />
            )}
          </div>
          <div>
            <h3>Spikes of {trace.neurons.length} neurons on one image</h3>
            <Raster trace={trace} />
            <h3>Spikes a neuron by step</h3>
            <Rates rates={site.firingRate} />
          </div>
        </div>
      ) : (
        <Rates rates={site.firingRate} />
      )}
    </section>
  );
}

interface DistributionProps {
  readonly title: string;
  readonly histogram: Histogram;
  /** Amplitudes of the levels. */
  readonly levels: readonly number[];
}

function Distribution({ title, histogram: { edges, shares }, levels }: DistributionProps) {
  const bins = shares.map((share, i) => ({ from: edges[i]!, to: edges[i + 1]!, share }));
  const [least, most] = [edges[0] ?? 0, edges.at(-1) ?? 1];
  const drawn = levels.filter((level) => level >= least && level <= most);
  const smallest = Math.min(...levels.filter((level) => level > 0));
  return (
    <>
      <h3>{title}</h3>
      <PlotFigure
        label={`${title}: from ${least.toPrecision(3)} to ${most.toPrecision(3)}; smallest positive level ${smallest.toPrecision(3)}, ${levels.length} levels, ${drawn.length} of them within.`}
        options={(Plot) => ({
          height: 150,
          marginBottom: 36,
          x: {
            label: 'value (dashed: levels that fire) →',
            type: 'symlog',
            constant: Math.max(smallest, 1e-9),
          },
          y: { label: null, ticks: 3, grid: true, percent: true },
          marks: [
            Plot.rect(bins, {
              x1: 'from',
              x2: 'to',
              y1: 0,
              y2: 'share',
              fill: 'var(--c1)',
              fillOpacity: 0.7,
            }),
            Plot.ruleX(drawn, { stroke: 'var(--c2)', strokeDasharray: '4 3', strokeOpacity: 0.8 }),
            Plot.ruleY([0], { stroke: 'var(--line)' }),
          ],
        })}
      />
    </>
  );
}

function Raster({ trace: { neurons, spikes, levels } }: { readonly trace: SiteTrace }) {
  const marks = spikes.flatMap((step, t) =>
    step.flatMap((level, i) => (level === 0 ? [] : [{ t: t + 1, neuron: i, level, up: level > 0 }])),
  );
  const most = Math.max(1, ...levels.map((_, i) => i + 1));
  return (
    <PlotFigure
      label={`Raster: ${marks.length} spikes of ${neurons.length} neurons in ${spikes.length} steps, ${marks.filter(({ up }) => !up).length} of them negative.`}
      options={(Plot) => ({
        height: 190,
        marginBottom: 36,
        x: {
          domain: [0.6, spikes.length + 0.4],
          ticks: spikes.map((_, t) => t + 1),
          tickFormat: String,
          label: 'time-step t (▲ positive, ▼ negative) →',
        },
        y: { domain: [-0.5, neurons.length - 0.5], ticks: [], label: 'neurons' },
        r: { domain: [0, most], range: [1.5, 7] },
        marks: [
          Plot.dot(marks, {
            x: 't',
            y: 'neuron',
            r: ({ level }: { level: number }) => Math.abs(level),
            rotate: ({ up }: { up: boolean }) => (up ? 0 : 180),
            symbol: 'triangle',
            fill: ({ up }: { up: boolean }) => (up ? 'var(--c1)' : 'var(--c2)'),
            title: ({ neuron, level, t }: { neuron: number; level: number; t: number }) =>
              `neuron ${neurons[neuron]}, t = ${t}: level ${level}`,
            tip: true,
          }),
        ],
        color: { type: 'identity' },
      })}
    />
  );
}

function Rates({ rates }: { readonly rates: readonly number[] }) {
  const points = rates.map((rate, i) => ({ t: i + 1, rate }));
  return (
    <PlotFigure
      label={`Spikes a neuron by step: ${rates.map((rate) => rate.toFixed(3)).join(', ')}.`}
      options={(Plot) => ({
        height: 130,
        marginBottom: 36,
        x: { domain: points.map(({ t }) => t), label: 'time-step t →', padding: 0.4 },
        y: { label: null, ticks: 3, grid: true },
        marks: [
          Plot.barY(points, { x: 't', y: 'rate', fill: 'var(--c1)', fillOpacity: 0.75, tip: true }),
          Plot.ruleY([0], { stroke: 'var(--line)' }),
        ],
      })}
    />
  );
}
