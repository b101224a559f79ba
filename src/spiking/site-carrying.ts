import type { Model } from '../graph/model.ts';
import { sitesOf } from './neuron-node.ts';

/**
 * Looks up which site feeds an operator of a spiking model.
 *
 * @returns a function from an operator's name and the value that it reads in the source network to the name of the
 * site that carries this value for this operator; `undefined` where the operator reads the value itself
 */
export function siteCarrying(spiking: Model): (operator: string, value: string) => string | undefined {
  const readers = new Map(
    sitesOf(spiking).flatMap((site) =>
      site.readers.map(({ node }) => [`${node}\n${site.carried}`, site.name] as const),
    ),
  );
  return (operator, value) => readers.get(`${operator}\n${value}`);
}
