/** What a full estimate charges, each on its own, in nanojoules an image. */
export interface EnergyBreakdown {
  /** Additions (with a shift or a multiplication where spikes are graded), or multiply-accumulations, of operators between the first one and the head. */
  readonly synapses: number;
  /** Words fetched for those operations: weights, and what the other operand of a product has accumulated. */
  readonly weights: number;
  /** Arithmetic and weights of operators that read the image itself. */
  readonly firstLayer: number;
  /** Arithmetic and weights of the classifier head. */
  readonly head: number;
  /** Normalisation, softmax, activation functions, residual sums, pooling, and the bookkeeping that makes them work on increments. */
  readonly nonSynaptic: number;
  /** Arithmetic of the neurons: integrate, compare, reset. */
  readonly neurons: number;
  /** Reading and writing membrane potentials and what stateful operators have accumulated. */
  readonly state: number;
  /** Moving spikes, or activations where there are no spikes. */
  readonly transfer: number;
}

/** The terms of an {@link EnergyBreakdown}, in the order of reports. */
export const energyTerms = [
  'synapses',
  'weights',
  'firstLayer',
  'head',
  'nonSynaptic',
  'neurons',
  'state',
  'transfer',
] as const satisfies readonly (keyof EnergyBreakdown)[];

/** Sum of all terms in nanojoules an image. */
export function totalEnergy(breakdown: EnergyBreakdown): number {
  return energyTerms.reduce((sum, term) => sum + breakdown[term], 0);
}

/** Adds two breakdowns term by term. */
export function addEnergy(a: EnergyBreakdown, b: EnergyBreakdown): EnergyBreakdown {
  return mapTerms((term) => a[term] + b[term]);
}

/** A breakdown from a function of the term. */
export function mapTerms(amount: (term: keyof EnergyBreakdown) => number): EnergyBreakdown {
  return Object.fromEntries(energyTerms.map((term) => [term, amount(term)])) as unknown as EnergyBreakdown;
}

/** Nothing spent. */
export const noEnergy: EnergyBreakdown = mapTerms(() => 0);
