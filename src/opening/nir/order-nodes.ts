import { FormatError } from '../../errors.ts';
import type { NirGraph } from '../../formats/nir/nir-graph.ts';
import { lookUp } from '../../look-up.ts';
import { nirNeurons } from './nir-neurons.ts';

/** A node of a NIR graph in the order in which it can be computed. */
export interface OrderedNode {
  readonly name: string;
  /** Nodes whose values it reads, added up. */
  readonly reads: readonly string[];
  /** Nodes of a loop from the spikes of a population back to it, in order; what they make arrives a step later. */
  readonly loop: readonly string[];
}

/**
 * The nodes of a NIR graph in order, loops taken together with the population that they lead back to.
 *
 * @throws FormatError at an edge to a node that is not there, or a loop that is not from one population through Linear, Affine or Scale back
 */
export function orderNodes({ nodes, edges }: NirGraph, where: string): OrderedNode[] {
  for (const end of edges.flat()) {
    if (!nodes.has(end)) throw refuse(`${where}: edges`, 'nodes that are there', `'${end}'`);
  }
  const before = neighbours(
    nodes.keys(),
    edges.map(([from, to]) => [to, from] as const),
  );
  const after = neighbours(nodes.keys(), edges);
  const done = new Set<string>();
  const order: OrderedNode[] = [];
  const waiting = new Set(nodes.keys());
  const place = (name: string, loop: readonly string[]) => {
    const inside = new Set(loop);
    order.push({ name, reads: lookUp(before, name, 'node').filter((each) => !inside.has(each)), loop });
    for (const each of [name, ...loop]) {
      done.add(each);
      waiting.delete(each);
    }
  };
  while (waiting.size > 0) {
    const ready = [...waiting].filter((name) => lookUp(before, name, 'node').every((each) => done.has(each)));
    for (const name of ready) place(name, []);
    if (ready.length > 0) continue;
    const [name, loop] = nextLoop(waiting, { before, after, done, nodes }, where);
    place(name, loop);
  }
  return order;
}

interface Known {
  readonly before: ReadonlyMap<string, readonly string[]>;
  readonly after: ReadonlyMap<string, readonly string[]>;
  readonly done: ReadonlySet<string>;
  readonly nodes: NirGraph['nodes'];
}

/** A population that waits for nothing but itself, with the way from its spikes back to it. */
function nextLoop(waiting: ReadonlySet<string>, known: Known, where: string): [string, string[]] {
  for (const name of waiting) {
    if (!nirNeurons.has(known.nodes.get(name)?.type ?? '')) continue;
    const loop = loopOf(name, known);
    const inside = new Set([name, ...loop]);
    const others = (each: string) => lookUp(known.before, each, 'node').filter((from) => !inside.has(from));
    if (!others(name).every((each) => known.done.has(each))) continue;
    const plain = loop.every(
      (each) =>
        ['Linear', 'Affine', 'Scale'].includes(known.nodes.get(each)?.type ?? '') &&
        others(each).length === 0,
    );
    const ends = loop.every((each) => lookUp(known.after, each, 'node').every((to) => inside.has(to)));
    if (plain && ends) return [name, loop];
  }
  throw refuse(
    where,
    'loops from one population through Linear, Affine or Scale back to it',
    `another loop, at ${[...waiting].slice(0, 5).join(', ')}`,
  );
}

/** Nodes between a population and itself, from its spikes on. */
function loopOf(name: string, { before, after, done }: Known): string[] {
  const back = reached(name, (each) => lookUp(before, each, 'node').filter((from) => !done.has(from)));
  const forth = reached(name, (each) => lookUp(after, each, 'node'));
  return [...forth].filter((each) => each !== name && back.has(each));
}

function reached(from: string, next: (name: string) => readonly string[]): Set<string> {
  const found = new Set<string>();
  const open = [...next(from)];
  for (let name = open.shift(); name !== undefined; name = open.shift()) {
    if (found.has(name)) continue;
    found.add(name);
    if (name !== from) open.push(...next(name));
  }
  return found;
}

function neighbours(
  names: Iterable<string>,
  edges: readonly (readonly [string, string])[],
): ReadonlyMap<string, string[]> {
  const all = new Map([...names].map((name): [string, string[]] => [name, []]));
  for (const [from, to] of edges) all.get(from)?.push(to);
  return all;
}

function refuse(where: string, expected: string, got: string): FormatError {
  return new FormatError({ where, expected, got, remedy: 'Write the network in such a form' });
}
