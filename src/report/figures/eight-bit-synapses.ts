import type { EvaluationResult } from '../../results/evaluation-result.ts';
import { defineFigure, figureOf, renderTable } from '../figure.ts';
import { count, interval, percent } from '../format.ts';
import { html } from '../html.ts';

type Synapses = NonNullable<EvaluationResult['synapses']>;

/** What 8-bit synapses cost beside float32 ones; for runs on 8-bit synapses only. */
export const eightBitSynapses = defineFigure({
  id: 'synapses',
  async draw({ result: { synapses } }) {
    const last = synapses?.steps.at(-1);
    if (!synapses || !last) return undefined;
    const { operators, allOperators, inFloat, images } = synapses;
    const left = inFloat.map(({ site, reason }) => `${site} (${reason})`).join(', ');
    return {
      title: `8-bit synapses give the class of float32 ones on ${percent(last.agreement)} of ${count(images, 'image')} at T = ${last.t}`,
      caption: html`${operators} of ${allOperators} synaptic operators have 8-bit weights.${left ? ` Left in float32: ${left}.` : ''} The first images of the run on both kinds of synapses, with 95 % intervals; lost, won: images that only float32, only 8-bit synapses get right. A difference of up to about 2·√(lost + won) may be chance.`,
      data: ['result.json: synapses'],
      body: renderTable(
        {
          head: ['', 'same class', 'interval, %', 'top-1, float32', 'top-1, 8 bits', 'lost', 'won'],
          rows: synapses.steps.map(rowOf),
        },
        '8-bit and float32 synapses',
      ),
    };
  },
});

function rowOf(
  { t, agreement, agreementInterval, float32Top1, top1, lost, won }: Synapses['steps'][number],
  i: number,
) {
  const from = (key: string, value: number | null, text: string) =>
    figureOf(`result.json#/synapses/steps/${i}/${key}`, value, text);
  return [
    `T = ${t}`,
    from('agreement', agreement, percent(agreement)),
    interval(agreementInterval),
    from('float32Top1', float32Top1, percent(float32Top1)),
    from('top1', top1, percent(top1)),
    from('lost', lost, String(lost ?? '–')),
    from('won', won, String(won ?? '–')),
  ];
}
