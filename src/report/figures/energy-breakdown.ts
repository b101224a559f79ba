import { energyTerms } from '../../energy/energy-breakdown.ts';
import type { DeviceEnergy, EnergyResult } from '../../results/energy-result.ts';
import type { StepResult } from '../../results/evaluation-result.ts';
import { drawChart } from '../draw-chart.ts';
import { defineFigure, type FigureTable, figureOf, join, renderTable } from '../figure.ts';
import { type EnergyUnit, energy as energyText, energyUnit, percent } from '../format.ts';
import { html } from '../html.ts';

type EnergyTerm = (typeof energyTerms)[number];

/** What each term is called; in the order of the chart. */
const names: Readonly<Record<EnergyTerm, string>> = {
  synapses: 'synapses',
  weights: 'fetching weights',
  firstLayer: 'first layer',
  head: 'head',
  nonSynaptic: 'normalisation, softmax…',
  neurons: 'neuron updates',
  state: 'neuron state',
  transfer: 'sending values',
};

const unitNames: Readonly<Record<EnergyUnit['name'], string>> = {
  pJ: 'picojoules',
  nJ: 'nanojoules',
  µJ: 'microjoules',
  mJ: 'millijoules',
  J: 'joules',
};

/** A number beside others, with equal digits behind the point; what is too small for them is said to be. */
function amount(value: number, highest: number): string {
  const digits = highest >= 100 ? 1 : 2;
  const least = 10 ** -digits;
  return value > 0 && value < least / 2 ? `< ${least}` : value.toFixed(digits);
}

/** Largest number of networks side by side. */
const mostColumns = { wide: 5, narrow: 3 } as const;

interface Bar {
  readonly network: string;
  readonly term: string;
  /** In the unit of the drawing. */
  readonly energy: number;
}

/** What the full estimate of the energy is made of. */
export const energyBreakdown = defineFigure({
  id: 'energy-breakdown',
  async draw({ result }) {
    const { energy, steps, windows } = result;
    const last = steps.at(-1);
    if (!energy || !last) return undefined;
    const columns = columnsOf(energy, steps);
    const full = last.energy.full.find(({ device }) => device === energy.device);
    if (!full || columns.length < 2) return undefined;
    const device = energy.devices.find(({ name }) => name === energy.device);
    const terms = energyTerms.map((term) => names[term]);
    const unit = energyUnit(Math.max(...columns.map(({ of }) => of.nanojoules)));
    const bars = columns.flatMap(({ name, of }): Bar[] => [
      { network: name, term: 'all', energy: of.nanojoules / unit.size },
      ...energyTerms.map((term) => ({
        network: name,
        term: names[term],
        energy: (of.breakdown[term] ?? 0) / unit.size,
      })),
    ]);
    const highest = Math.max(...bars.map((bar) => bar.energy));
    const chart = await drawChart('Energy by term', (Plot, { narrow }) => {
      const shown = spread(
        columns.map(({ name }) => name),
        mostColumns[narrow ? 'narrow' : 'wide'],
      );
      const data = bars.filter(({ network }) => shown.includes(network));
      return {
        height: 44 + 26 * (terms.length + 1),
        marginLeft: narrow ? 136 : 166,
        marginRight: 16,
        marginTop: 28,
        marginBottom: 8,
        style: { fontSize: narrow ? '10px' : '12px' },
        fx: { axis: 'top', domain: shown, label: null, padding: 0.06 },
        x: { axis: null, domain: [0, highest * 1.55] },
        y: { domain: ['all', ...terms], label: null, tickSize: 0 },
        marks: [
          Plot.barX(data, {
            fx: 'network',
            x: 'energy',
            y: 'term',
            insetTop: 3,
            insetBottom: 3,
            fill: (bar: Bar) => (bar.term === 'all' ? 'var(--soft)' : 'var(--c1)'),
            title: (bar: Bar) => `${bar.network}, ${bar.term}: ${energyText(unit.size * bar.energy)}`,
          }),
          Plot.text(data, {
            fx: 'network',
            x: 'energy',
            y: 'term',
            text: (bar: Bar) => amount(bar.energy, highest),
            textAnchor: 'start',
            dx: 4,
            stroke: 'var(--surface)',
            strokeWidth: 3,
            fill: 'currentColor',
            fontSize: narrow ? 9 : 11,
          }),
          Plot.ruleX([0]),
        ],
      };
    });
    const assumptions = energy.assumptions.map((text) => html`<li>${text}</li>`);
    const devices = html`<details><summary>The same on other devices</summary>
<p>Ratio to the source network on the same device.</p><div class="scroll">${renderTable(devicesTable(energy, steps), 'Energy ratio on every device')}</div></details>`;
    return {
      title: titleOf(last.t, full, energy),
      caption: html`Full estimate in ${unitNames[unit.name]} an image${device && ` on ${device.title}`}; of the spiking network for ${runOf(energy, full, windows)}. No measurement.`,
      data: [
        `result.json: steps[].energy.full[device = ${energy.device}].breakdown`,
        'energy.source[]',
        'energy.spikeDrivenShare',
      ],
      body: join(
        chart,
        devices,
        html`<details><summary>What the estimate takes for granted</summary><ul>${assumptions}</ul></details>`,
      ),
      table: {
        head: ['', `all, ${unit.name}`, ...terms.map((term) => `${term}, ${unit.name}`)],
        rows: columns.map(({ name, of, at }) => [
          name,
          figureOf(`${at}/nanojoules`, of.nanojoules, amount(of.nanojoules / unit.size, highest)),
          ...energyTerms.map((term) =>
            figureOf(
              `${at}/breakdown/${term}`,
              of.breakdown[term] ?? null,
              amount((of.breakdown[term] ?? 0) / unit.size, highest),
            ),
          ),
        ]),
      },
    };
  },
});

/** The source network and every step, on the device of the tables. */
function columnsOf(energy: EnergyResult, steps: readonly StepResult[]) {
  const indexIn = (list: readonly { device: string }[]) =>
    list.findIndex(({ device }) => device === energy.device);
  const own = indexIn(energy.source);
  const source =
    own < 0 ? [] : [{ name: 'source', of: energy.source[own]!, at: `result.json#/energy/source/${own}` }];
  return [
    ...source,
    ...steps.flatMap(({ t, energy: { full } }, i) => {
      const k = indexIn(full);
      return k < 0
        ? []
        : [{ name: `T = ${t}`, of: full[k]!, at: `result.json#/steps/${i}/energy/full/${k}` }];
    }),
  ];
}

/** Energy ratio of every step on every device, and what the device is. */
function devicesTable(energy: EnergyResult, steps: readonly StepResult[]): FigureTable {
  return {
    head: ['device', ...steps.map(({ t }) => `T = ${t}`), 'about it'],
    rows: energy.devices.map(({ name, title, summary }) => [
      title,
      ...steps.map(({ energy: { full } }, i) => {
        const k = full.findIndex(({ device }) => device === name);
        const at = `result.json#/steps/${i}/energy/full/${k}/ratio`;
        return k < 0 ? '–' : figureOf(at, full[k]!.ratio, full[k]!.ratio.toFixed(3));
      }),
      html`<span class="note">${summary}</span>`,
    ]),
  };
}

/** The first and the last, and as many as fit between, evenly. */
export function spread<E>(all: readonly E[], most: number): E[] {
  if (all.length <= most) return [...all];
  const picked = Array.from({ length: most }, (_, i) => Math.round((i * (all.length - 1)) / (most - 1)));
  return picked.map((i) => all[i]!);
}

/** What a step's figure is the energy of. */
function runOf({ accounting }: EnergyResult, { realisation }: DeviceEnergy, windows: number | null): string {
  if (windows !== null) return `runs of their own with T slots in each of ${windows} windows`;
  if (accounting < 2)
    return 'all steps up to T, each of which reads and writes all that is kept (the rules of earlier versions)';
  return realisation === 'running-means'
    ? 'a run of exactly T steps, on running means'
    : 'a run of exactly T steps, in increments';
}

function titleOf(t: number, full: DeviceEnergy, { spikeDrivenShare }: EnergyResult): string {
  const [term, largest] = energyTerms
    .map((each): [EnergyTerm, number] => [each, full.breakdown[each] ?? 0])
    .reduce((a, b) => (b[1] > a[1] ? b : a));
  const share = percent(largest / full.nanojoules, 0);
  return `At T = ${t}, ${share} of the estimated energy goes into ${names[term]}; ${percent(spikeDrivenShare, 0)} of all operations are driven by spikes`;
}
