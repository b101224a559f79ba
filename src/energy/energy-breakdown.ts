import type { EnergyBreakdown } from '../results/energy-result.ts';

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

/** A breakdown a number of times. */
export function scaleEnergy(of: EnergyBreakdown, times: number): EnergyBreakdown {
  return mapTerms((term) => of[term] * times);
}

/** A breakdown from a function of the term. */
export function mapTerms(amount: (term: keyof EnergyBreakdown) => number): EnergyBreakdown {
  return Object.fromEntries(energyTerms.map((term) => [term, amount(term)])) as unknown as EnergyBreakdown;
}

/** Nothing spent. */
export const noEnergy: EnergyBreakdown = mapTerms(() => 0);
