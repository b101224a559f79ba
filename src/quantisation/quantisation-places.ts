import type { Placement } from '../analysis/placement.ts';
import type { SourceStructure } from '../analysis/source-structure.ts';
import type { SynapticOperator } from '../analysis/synaptic-operators.ts';

/** An activation that a quantised network quantises. */
export interface QuantisationPoint extends Placement {
  /** Whether neurons stand here in the spiking network; everything else has 8 bits. */
  readonly site: boolean;
}

/** A synaptic operator of a quantised network. */
export interface QuantisedOperator {
  readonly operator: SynapticOperator;
  /** Points whose bits its weights have: directly before it, or behind pooling and sums; empty for 8 bits. */
  readonly sites: readonly string[];
}

/** Where a network is quantised. */
export interface QuantisationPlaces {
  readonly points: readonly QuantisationPoint[];
  readonly operators: readonly QuantisedOperator[];
}

/**
 * Where a network is quantised: at its spike sites, and at every other activation that a synaptic operator multiplies,
 * except the image, whose pixels have 8 bits as they come.
 *
 * @param source the network that does not spike
 * @param sites places of its neurons: values that they carry, and the operators that read them
 */
export function quantisationPlaces(source: SourceStructure, sites: readonly Placement[]): QuantisationPlaces {
  const { graph } = source.model;
  const search = new SiteSearch(source, sites);
  const dense = new Map<string, { node: string; input: number }[]>();
  const operators = source.operators.map((operator): QuantisedOperator => {
    const { node, operands, first } = operator;
    const found = operands.map(({ input, value }) => {
      const feeding = search.sitesOf(node.name, input, value);
      if (!feeding && !first && !graph.isInput(value)) {
        dense.set(value, [...(dense.get(value) ?? []), { node: node.name, input }]);
      }
      return feeding ?? [];
    });
    return { operator, sites: [...new Set(found.flat())] };
  });
  return {
    points: [
      ...sites.map(({ name, value, readers }) => ({ name, value, readers, site: true })),
      ...[...dense].map(([value, readers]) => ({ name: value, value, readers, site: false })),
    ],
    operators,
  };
}

/** Finds the sites from which a value comes without another synaptic operator. */
class SiteSearch {
  readonly #source: SourceStructure;
  readonly #synaptic: ReadonlySet<string>;
  readonly #sites: ReadonlyMap<string, string>;
  readonly #behind = new Map<string, readonly string[] | undefined>();

  constructor(source: SourceStructure, sites: readonly Placement[]) {
    this.#source = source;
    this.#synaptic = new Set(source.operators.map(({ node }) => node.name));
    this.#sites = new Map(
      sites.flatMap(({ name, readers }) => readers.map(({ node, input }) => [`${node}\n${input}`, name])),
    );
  }

  /** Sites that feed an input of an operator; `undefined` unless it is made of sites and constants alone. */
  sitesOf(node: string, input: number, value: string): readonly string[] | undefined {
    const site = this.#sites.get(`${node}\n${input}`);
    if (site !== undefined) return [site];
    if (!this.#behind.has(value)) this.#behind.set(value, this.#search(value));
    return this.#behind.get(value);
  }

  #search(value: string): readonly string[] | undefined {
    const { model, constant } = this.#source;
    const producer = model.graph.producerOf(value);
    if (!producer || this.#synaptic.has(producer.name)) return undefined;
    const found = producer.inputs.flatMap((name, i) =>
      name === '' || constant.has(name) ? [] : [this.sitesOf(producer.name, i, name)],
    );
    if (found.length === 0 || found.includes(undefined)) return undefined;
    // Paths that part and meet again bring the same sites: without the set, their number doubles at each such place.
    return [...new Set(found.flat() as string[])];
  }
}
