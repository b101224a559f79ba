import { Command } from 'commander';
import { type HybridMeasures, measureHybrid } from '../../jobs/events/measure-hybrid.ts';
import { openWithProgress } from '../open-with-progress.ts';
import { options } from '../options.ts';
import { printLine } from '../print-table.ts';
import { withProgress } from '../with-progress.ts';

interface Settings {
  readonly data: string;
  readonly limit?: number;
  readonly batchSize?: number;
  readonly json?: boolean;
}

/** `transpike events evaluate`: a hybrid network on streams of events. */
export function evaluateEvents(): Command {
  return new Command('evaluate')
    .description(
      'Measure a hybrid network on events: classes after each interval and after all of them, operations, traffic over its border, energy.',
    )
    .argument('<network>', 'a hybrid network, as training leaves it')
    .requiredOption('--data <data>', 'events with classes, such as event-glyphs:test,steps=6')
    .addOption(options.limit())
    .addOption(options.batchSize())
    .addOption(options.json())
    .action(async (path: string, settings: Settings) => {
      const network = await openWithProgress(path, {});
      const measures = await withProgress((show) =>
        measureHybrid(network, {
          ...settings,
          onProgress: (done, total) => show({ label: 'running', unit: 'samples', done, total }),
        }),
      );
      if (settings.json) console.log(JSON.stringify(measures, null, 2));
      else for (const line of linesOf(measures)) printLine(line);
    });
}

function linesOf({
  samples,
  accuracies,
  accuracy,
  spikes,
  accumulations,
  multiplyAccumulations,
  border,
  energy,
}: HybridMeasures): string[] {
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  const count = (number: number) => number.toFixed(0);
  const { hybrid, analog } = multiplyAccumulations;
  const sites = Object.entries(spikes).map(([site, each]) => `${site} ${each.toFixed(1)}`);
  return [
    `${samples} samples, right after all intervals: ${percent(accuracy)}; after each by itself: ${accuracies.map(percent).join(', ')}`,
    'in an interval, mean:',
    `spikes: ${sites.join(', ')}`,
    `operations: ${count(accumulations)} accumulations and ${count(hybrid)} multiply-accumulations (the analog network: ${count(analog)})`,
    `over the border: ${border.spikes.toFixed(1)} spikes of ${border.neurons} neurons × ${border.addressBits} bits = ${count(border.bits)} bits (8-bit activations: ${count(border.denseBits)}; ratio ${(border.bits / border.denseBits).toFixed(3)})`,
    ...energy.map(
      (each) =>
        `energy on ${each.device}: ${each.hybrid.toPrecision(3)} nJ (the analog network: ${each.analog.toPrecision(3)} nJ; ratio ${each.ratio.toFixed(3)})`,
    ),
  ];
}
