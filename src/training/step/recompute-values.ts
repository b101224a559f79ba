import { trainingDomain } from '../../differentiation/operators/training-domain.ts';
import { definePass } from '../../graph/define-pass.ts';
import type { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import type { Model } from '../../graph/model.ts';
import type { Node } from '../../graph/node.ts';
import { mustExist } from '../../look-up.ts';
import { renameNode } from '../../passes/inline-nodes.ts';

/** Operators that hand their first input on, and whose other inputs only the backward part needs. */
const passingOn = new Set(['Coupled', 'CoupledAsIs', 'StopGradient']);

/**
 * Lets the backward part of a training graph compute again what some parts of the forward one have made, so that this need not be kept
 * in between: memory for time. What is computed again is the same, to the bit (but for the sign of zeros).
 *
 * Each copy reads its inputs with 0 times gradients added: it can run no sooner than the backward part comes to it, nor before what that has
 * made so far is done with, since a runtime would else compute all parts again before it comes to the gradients of weights; and no optimiser
 * takes it for the operators that it repeats.
 *
 * Chen, Xu, Zhang, Guestrin: Training Deep Nets with Sublinear Memory Cost, 2016, arXiv:1604.06174.
 *
 * @param forward names of all values that the forward part makes
 * @param scopes prefixes of the names of the nodes of each part
 * @param results names of the gradients that are wanted
 * @returns the number of nodes that are computed again
 */
export const recomputeValues = definePass({
  name: 'recompute-values',
  summary: 'The backward part computes again what some parts of the forward one have made.',
  rewrites: 'input',
  apply(
    { graph }: Model,
    forward: ReadonlySet<string>,
    scopes: Iterable<string>,
    results: Iterable<string>,
  ): number {
    const wanted = new Set(results);
    // The backward part comes to the last ones first.
    const parts = [...scopes].reverse().map((scope) => new Recomputation(graph, forward, scope, wanted));
    const waited = new Set<string>();
    const count = parts.reduce((sum, part) => sum + part.apply(waited), 0);
    if (count > 0) forgetCarriers(graph);
    return count;
  },
});

class Recomputation {
  readonly #graph: Graph;
  readonly #forward: ReadonlySet<string>;
  readonly #results: ReadonlySet<string>;
  /** The nodes of the part, by the values that they make. */
  readonly #part: ReadonlyMap<string, Node>;
  /** What belongs to the copies, and how its names begin. */
  readonly #prefix: string;

  constructor(graph: Graph, forward: ReadonlySet<string>, scope: string, results: ReadonlySet<string>) {
    this.#graph = graph;
    this.#forward = forward;
    this.#results = results;
    this.#prefix = `again.${scope}`;
    const nodes = graph.nodes.filter(
      ({ name, outputs: [made = ''] }) => name.startsWith(scope) && forward.has(made),
    );
    this.#part = new Map(nodes.flatMap((each) => each.outputs.map((name) => [name, each] as const)));
  }

  /** @param waited what copies wait for already; grows */
  apply(waited: Set<string>): number {
    const readers = this.#graph.nodes.filter((each) => this.#isBackward(each) && this.#reads(each));
    const gradient = readers[0]?.inputs.find((name) => this.#isMadeBackward(name));
    if (gradient === undefined) return 0;
    const needed = this.#nodesBehind(readers.flatMap(({ inputs }) => inputs));
    const build = GraphBuilder.behind(this.#graph, gradient, this.#prefix);
    const open = this.#openAt(gradient).filter((name) => !waited.has(name));
    for (const name of open) waited.add(name);
    const rename = this.#names(needed, build, [...open, gradient]);
    for (const each of needed) build.add(renameNode(each, rename, 'again.'));
    const again = (name: string) => (this.#part.has(name) ? rename(name) : name);
    for (const each of readers) this.#graph.update(each, { inputs: each.inputs.map(again) });
    return needed.length;
  }

  /** The nodes of the part that make values, or what these are made of, in order. */
  #nodesBehind(values: readonly string[]): Node[] {
    const found = new Set<Node>();
    const open = [...values];
    for (let value = open.pop(); value !== undefined; value = open.pop()) {
      const node = this.#part.get(value);
      if (!node || found.has(node)) continue;
      found.add(node);
      open.push(...node.inputs);
    }
    return this.#graph.nodes.filter((each) => found.has(each));
  }

  /** How the values of copies are called; what comes from the rest of the forward part is read behind the gradient. */
  #names(
    needed: readonly Node[],
    build: GraphBuilder,
    gradients: readonly string[],
  ): (name: string) => string {
    const names = new Map<string, string>();
    const read = new Set(needed.flatMap(({ inputs }) => inputs));
    const outer = [...read].filter((name) => this.#forward.has(name) && !this.#part.has(name));
    const zero = zeroBehind(build, gradients);
    const delayed = new Map(
      outer.map((name) => [name, build.op('Add', [name, zero], {}, { name: 'behind' })]),
    );
    for (const name of needed.flatMap(({ outputs }) => outputs).filter(Boolean))
      names.set(name, this.#graph.freshName(`again.${name}`));
    return (name) => names.get(name) ?? delayed.get(name) ?? name;
  }

  /** What the backward part has made up to a gradient, and what is wanted or read behind it. */
  #openAt(gradient: string): string[] {
    const nodes = this.#graph.nodes;
    const place = nodes.findIndex(({ outputs }) => outputs.includes(gradient));
    const readBehind = new Set(nodes.slice(place + 1).flatMap(({ inputs }) => inputs));
    const before = nodes
      .slice(0, place)
      .filter((each) => this.#isBackward(each) && !comparing.has(each.opType));
    return before
      .flatMap(({ outputs }) => outputs)
      .filter((name) => readBehind.has(name) || this.#results.has(name));
  }

  #reads({ inputs }: Node): boolean {
    return inputs.some((name) => this.#part.has(name));
  }

  #isBackward({ outputs: [made = ''] }: Node): boolean {
    return !this.#forward.has(made);
  }

  #isMadeBackward(name: string): boolean {
    const producer = this.#graph.producerOf(name);
    return producer !== undefined && this.#isBackward(producer);
  }
}

/** Operators that make no numbers. */
const comparing = new Set(['Not', 'And', 'Or', 'Equal', 'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual']);

/** 0, but not before gradients are there. */
function zeroBehind(build: GraphBuilder, gradients: readonly string[]): string {
  const bounds = [0, 1, 0].map((bound, i) => build.integers(['from', 'to', 'axis'][i] ?? '', [bound]));
  const flat = build.integers('flat', [-1]);
  const firsts = gradients.map((each) => build.op('Slice', [build.op('Reshape', [each, flat]), ...bounds]));
  const all = firsts.length === 1 ? firsts : [build.op('Sum', firsts)];
  const one = build.op('Squeeze', [...all, build.integers('only', [0])]);
  return build.op('Mul', [one, build.scalar('nothing', 0)], {}, { name: 'zero' });
}

/** Once the backward part is there, nobody needs the values beside those that are handed on. */
function forgetCarriers(graph: Graph): void {
  for (const each of graph.nodes.filter(
    ({ domain, opType }) => domain === trainingDomain && passingOn.has(opType),
  )) {
    const [value = ''] = each.inputs;
    graph.redirectConsumers(mustExist(each.outputs[0], 'an output'), value);
    if (!graph.isOutput(each.outputs[0] ?? '')) graph.removeNode(each);
  }
}
