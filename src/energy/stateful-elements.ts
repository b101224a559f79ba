import type { SpikingLoad } from './spiking-load.ts';

/**
 * Elements that non-linear operators accumulate when they work on increments: what they read, and what they have passed on.
 * What they hand to one another is accumulated once; what products read, neurons keep.
 */
export function statefulElements({ graph, others, labels }: SpikingLoad): number {
  const stateful = new Set(labels.flatMap(({ name, label }) => (label === 'stateful' ? [name] : [])));
  const members = others.filter(({ name }) => stateful.has(name));
  const made = new Map(members.flatMap(({ outputs }) => outputs).map(({ value, size }) => [value, size]));
  const taken = new Map(members.flatMap(({ inputs }) => inputs).map(({ value, size }) => [value, size]));
  const inside = new Set(members.map(({ name }) => name));
  const leaves = (value: string) =>
    graph.isOutput(value) || graph.consumersOf(value).some(({ name }) => !inside.has(name));
  const total = (values: ReadonlyMap<string, number>, counts: (value: string) => boolean) =>
    [...values].reduce((sum, [value, size]) => sum + (counts(value) ? size : 0), 0);
  return total(taken, (value) => !made.has(value)) + total(made, leaves);
}
