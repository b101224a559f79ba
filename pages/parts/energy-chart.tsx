import type { DeviceEnergy } from '../network/answer.ts';
import { PlotFigure } from './plot-figure.tsx';

interface Props {
  readonly energy: DeviceEnergy;
  /** Steps that are shown. */
  readonly shown: number;
}

/** Estimated energy up to each step, beside that of the source network. */
export function EnergyChart({ energy, shown }: Props) {
  const T = energy.ratios.length;
  const points = energy.ratios.slice(0, shown).map((ratio, t) => ({ t: t + 1, ratio }));
  const most = Math.max(1.1, ...energy.ratios);
  const label = `Estimated energy on ${energy.device} relative to the source network, after steps 1 to ${shown}: ${points
    .map(({ ratio }) => ratio.toFixed(2))
    .join(', ')}.`;
  return (
    <PlotFigure
      label={label}
      options={(Plot) => ({
        height: 170,
        marginTop: 26,
        marginBottom: 40,
        x: {
          domain: Array.from({ length: T }, (_, i) => i + 1),
          label: 'stopped after step t →',
          padding: 0.35,
        },
        y: { domain: [0, most * 1.08], ticks: 4, grid: true, label: '↑ × source network' },
        marks: [
          Plot.barY(points, { x: 't', y: 'ratio', fill: 'var(--c1)', fillOpacity: 0.75 }),
          Plot.text(points, {
            x: 't',
            y: 'ratio',
            text: ({ ratio }: { ratio: number }) => ratio.toFixed(2),
            dy: -7,
            fill: 'var(--ink)',
          }),
          Plot.ruleY([1], { stroke: 'var(--c2)', strokeDasharray: '6 3', strokeWidth: 1.5 }),
          Plot.ruleY([0], { stroke: 'var(--line)' }),
        ],
      })}
    />
  );
}
