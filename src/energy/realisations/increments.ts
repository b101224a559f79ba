import { defineRealisation, type Way } from '../realised-work.ts';
import { statefulElements } from '../stateful-elements.ts';
import type { SynapticWork } from '../synaptic-work.ts';

/**
 * Expectation Compensation as the paper has it: operators hand increments to one another, and each non-linear one keeps the
 * sum of what it has read and of what it has passed on. A product adds x·y, x·S_B(t−1) and S_A(t−1)·y to what it gave; the
 * sums are empty in the first step. All operators run at every step.
 *
 * Huang, Shi, Hao, Bu, Ding, Yu, Huang: Towards High-performance Spiking Transformers from ANN to SNN Conversion, ACM
 * Multimedia 2024, arXiv:2502.21193, section 4.1
 */
export const increments = defineRealisation({
  name: 'increments',
  summary:
    'Operators hand on what is new in each step; non-linear ones keep the sums of what they have read and passed on, and a product is three.',
  realise(load) {
    const multiplied = new Set(load.work.filter(isProductOfSpikes).flatMap(({ sites }) => sites));
    return {
      operators: load.work.map((work) => ({ cost: work.cost, ways: [wayOf(work)] })),
      others: load.others.map((other) => ({ ...other, when: 'every' as const })),
      sites: load.sites.map((site) => ({
        ...site,
        words: site.stateWords + (multiplied.has(site.name) ? 1 : 0),
        readsMeans: false,
      })),
      sums: statefulElements(load),
      constants: 0,
    };
  },
});

/** A product that spikes arrive at from both sides. */
export function isProductOfSpikes({ cost, terms }: SynapticWork): boolean {
  return cost.kind === 'product' && terms.length > 0;
}

function wayOf(work: SynapticWork): Way {
  const { cost, terms } = work;
  if (terms.length === 0) return { triggered: [], dense: 'every', sums: 0 };
  const product = isProductOfSpikes(work);
  // What one operand has accumulated is nothing yet in the first step.
  const triggered = terms.map((term, i) => ({
    ...term,
    when: product && i > 0 ? ('later' as const) : ('every' as const),
  }));
  return { triggered, sums: product ? cost.outputs : 0 };
}
