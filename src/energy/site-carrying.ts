import type { Site } from '../spiking/neuron-node.ts';

/**
 * Looks up which of the sites of a spiking network feeds an operator.
 *
 * @returns a function from an operator's name and the value that it reads in the source network to the name of the
 * site that carries this value for this operator; `undefined` where the operator reads the value itself
 */
export function siteCarrying(
  sites: readonly Site[],
): (operator: string, value: string) => string | undefined {
  const readers = new Map(
    sites.flatMap((site) => site.readers.map(({ node }) => [`${node}\n${site.carried}`, site.name] as const)),
  );
  return (operator, value) => readers.get(`${operator}\n${value}`);
}
