import type { TokenResult } from '../../results/token-result.ts';
import { defineFigure, figureOf, renderTable } from '../figure.ts';
import { count } from '../format.ts';
import { html } from '../html.ts';

/** What a token costs, for networks that read text. */
export const energyPerToken = defineFigure({
  id: 'tokens',
  async draw({ result: { tokens, energy, images } }) {
    const first = tokens?.energy[0];
    if (!tokens || !first || !energy) return undefined;
    const last = first.steps.at(-1)!;
    const title = energy.devices.find(({ name }) => name === first.device)?.title ?? first.device;
    return {
      title: `A token costs ${nanojoules(last)} nJ at T = ${first.steps.length}, in the source network ${nanojoules(first.source)} nJ (${title})`,
      caption: html`Full estimate of the energy for one token, in nanojoules: that for one text, padding included, over the ${tokens.perText.toFixed(1)} tokens that a text has on average. ${count(tokens.total, 'token')} in ${count(images, 'text')}.`,
      data: ['result.json: tokens'],
      body: renderTable(
        {
          head: ['', 'source network', ...first.steps.map((_, i) => `T = ${i + 1}`)],
          rows: tokens.energy.map((each, d) => [
            energy.devices.find(({ name }) => name === each.device)?.title ?? each.device,
            cell(`${d}/source`, each.source),
            ...each.steps.map((value, i) => cell(`${d}/steps/${i}`, value)),
          ]),
        },
        'energy for one token, nJ',
      ),
    };
  },
});

type Energy = TokenResult['energy'][number];

function cell(at: string, value: Energy['source']) {
  return figureOf(`result.json#/tokens/energy/${at}`, value, nanojoules(value));
}

function nanojoules(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
