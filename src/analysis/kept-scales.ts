import { z } from 'zod';
import type { Graph } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import type { Node } from '../graph/node.ts';
import { carriesIntegers } from './carries-integers.ts';
import type { Placement } from './placement.ts';

/** Key of the scales among a model's `metadata_props`. */
const metadataKey = 'transpike.scales';

/** How a value of a quantised network was a whole number of steps. */
export interface KeptScale {
  /** One step, in units of the activation. */
  readonly scale: number;
  /** The smallest and the largest number of steps. */
  readonly lowest: number;
  readonly highest: number;
}

const schema = z.record(
  z.string(),
  z.object({ scale: z.number().positive(), lowest: z.int(), highest: z.int() }),
);

/** Keeps scales beside those that a model has, by the name of the value that is clipped to their range. */
export function keepScales(model: Model, scales: ReadonlyMap<string, KeptScale>): void {
  if (scales.size === 0) return;
  const all = new Map([...keptScales(model), ...scales]);
  model.metadata.set(metadataKey, JSON.stringify(Object.fromEntries(all)));
}

/** The scales that a model keeps, by value. */
export function keptScales({ metadata }: Pick<Model, 'metadata'>): ReadonlyMap<string, KeptScale> {
  const text = metadata.get(metadataKey);
  const parsed = schema.safeParse(text === undefined ? {} : JSON.parse(text));
  return new Map(Object.entries(parsed.success ? parsed.data : {}));
}

/** The value with a scale that another one is made of without calculating, if there is one. */
function scaledValue(
  graph: Graph,
  scales: ReadonlyMap<string, KeptScale>,
  value: string,
): string | undefined {
  const seen = new Set<string>();
  for (let name: string | undefined = value; name && !seen.has(name); ) {
    if (scales.has(name)) return name;
    seen.add(name);
    const producer = graph.producerOf(name);
    name = producer && keepsSteps(producer) ? producer.inputs[0] : undefined;
  }
  return undefined;
}

/**
 * The values with a scale that sites carry, by the name of the site: what neurons receive is made of one, or, where they stand in the place of an
 * activation, what is read of that.
 */
export function scaledValues(
  { graph, metadata }: Pick<Model, 'graph' | 'metadata'>,
  sites: readonly Placement[],
): Map<string, string> {
  const scales = keptScales({ metadata });
  if (scales.size === 0) return new Map();
  const nodes = new Map(graph.nodes.map((node) => [node.name, node]));
  return new Map(
    sites.flatMap(({ name, value, readers }) => {
      const read = readers.flatMap(({ node, input }) => nodes.get(node)?.inputs[input] ?? []);
      for (const each of [value, ...read]) {
        const found = scaledValue(graph, scales, each);
        if (found !== undefined) return [[name, found] as const];
      }
      return [];
    }),
  );
}

/** What is a whole number of steps in is one out. Several inputs need not have the same step. */
function keepsSteps(of: Node): boolean {
  return (carriesIntegers(of) && of.opType !== 'Concat') || (of.domain === '' && of.opType === 'Relu');
}
