import { constantValues } from '../analysis/constant-values.ts';
import { synapticOperators } from '../analysis/synaptic-operators.ts';
import type { Graph } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import type { Node } from '../graph/node.ts';
import { subgraphsOf, valuesReadBy } from '../graph/operation.ts';
import { valuesBefore } from '../graph/reached-values.ts';
import { lookUp } from '../look-up.ts';
import { domain } from '../spiking/domain.ts';
import { isNeuron } from '../spiking/neuron-node.ts';
import { closeTimeAxis, currents, presentsOverTime } from '../spiking/time-axis.ts';
import { operatorArithmetic } from './operator-arithmetic.ts';

/**
 * How a value of a spiking network reaches its readers. `constant`: the same at every time-step. `increments`: as a linear
 * function of spikes, what is new in each step, to be added up by who needs the sum. `means`: anew in each step, as the
 * running mean itself, from a product of two trains or a non-linear function.
 */
export type Flow = 'constant' | 'increments' | 'means';

/** How values flow through a spiking network whose neurons and operators work on running means. */
export interface ValueFlow {
  /** Flow by value; weights and what is computed from them alone have none. */
  readonly flowOf: ReadonlyMap<string, Flow>;
  /**
   * Values that arrive as increments where their running mean is wanted, so that somebody has to keep their sum. Each is
   * followed back over operators that only give the same numbers another shape.
   */
  readonly summed: ReadonlySet<string>;
  /** Constant values that a neuron, or an operator on something that changes, reads again at every step. */
  readonly reread: ReadonlySet<string>;
  /** Names of the nodes whose outputs reach a neuron. */
  readonly beforeNeurons: ReadonlySet<string>;
}

/** Operators that hand the same numbers on in another shape. */
const reshaping = new Set('Cast Identity Reshape Transpose Flatten Squeeze Unsqueeze Dropout'.split(' '));

/** Conditions: what they say of a sum cannot be put together from what they say of its parts. */
const conditions = new Set(
  'Equal Greater GreaterOrEqual Less LessOrEqual And Or Not NonZero OneHot'.split(' '),
);

/** Finds how values flow, from the graph of a spiking model alone. */
export function valueFlow({ graph }: Model): ValueFlow {
  const search = new FlowSearch(graph);
  for (const node of graph.nodes) search.follow(node);
  const { flowOf, summed, reread } = search;
  return { flowOf, summed, reread, beforeNeurons: beforeNeurons(graph) };
}

class FlowSearch {
  readonly flowOf = new Map<string, Flow>();
  readonly summed = new Set<string>();
  readonly reread = new Set<string>();
  readonly #graph: Graph;
  readonly #weights: ReadonlySet<string>;
  /** Number of operands of synaptic operators that depend on the image. */
  readonly #operands: ReadonlyMap<string, number>;

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#weights = constantValues(graph);
    this.#operands = new Map(
      synapticOperators(graph).map(({ node, operands }) => [node.name, operands.length]),
    );
    for (const { name } of graph.inputs) this.flowOf.set(name, 'constant');
  }

  /** Gives the outputs of a node their flow. All nodes before it have been followed. */
  follow(node: Node): void {
    const read = [...valuesReadBy(node)].filter((value) => this.flowOf.has(value));
    if (read.length === 0) return;
    if (presentsOverTime(node)) {
      // What arrives at a step is new; its running mean needs a sum like that of any increments.
      for (const value of node.outputs)
        this.flowOf.set(value, node.opType === currents ? 'means' : 'increments');
      return;
    }
    const made = isNeuron(node) ? 'increments' : this.#flowThrough(node, read);
    for (const value of node.outputs) this.flowOf.set(value, made);
    if (made === 'constant') return;
    for (const value of read) if (this.#isStill(value)) this.reread.add(this.#originOf(value));
  }

  #flowThrough(node: Node, read: readonly string[]): Flow {
    const changing = read.filter((value) => !this.#isStill(value));
    if (changing.length === 0) return 'constant';
    const increments = changing.filter(
      (value) => lookUp(this.flowOf, value, 'flow of value') === 'increments',
    );
    if (increments.length === changing.length && this.#passesIncrements(node)) return 'increments';
    for (const value of increments) this.summed.add(this.#originOf(value));
    return 'means';
  }

  /** Whether a node makes of the increments of what changes the increments of its output. */
  #passesIncrements(node: Node): boolean {
    const { opType, inputs } = node;
    if (node.domain === domain) return opType !== closeTimeAxis;
    if (node.domain !== '' || subgraphsOf(node).length > 0 || conditions.has(opType)) return false;
    const operands = this.#operands.get(node.name);
    if (operands !== undefined) return operands === 1;
    // What chooses among values, such as a condition or an index, has to stand still.
    const choosing =
      opType === 'Where' ? inputs.slice(0, 1) : opType.startsWith('Gather') ? inputs.slice(1) : [];
    const isStill = (value: string) => this.#isStill(value);
    return choosing.every(isStill) && operatorArithmetic(node, isStill)?.linear === true;
  }

  #isStill(value: string): boolean {
    return this.#weights.has(value) || this.flowOf.get(value) === 'constant';
  }

  #originOf(value: string): string {
    const made = this.#graph.producerOf(value);
    return made && handsOn(made) ? this.#originOf(made.inputs[0]!) : value;
  }
}

/** Whether each number that comes out is one that went in, in another shape, at other steps, or corrected by a constant. */
function handsOn(node: Node): boolean {
  if (presentsOverTime(node)) return false;
  return node.domain === domain ? !isNeuron(node) : node.domain === '' && reshaping.has(node.opType);
}

function beforeNeurons(graph: Graph): Set<string> {
  const wanted = valuesBefore(graph, new Set(graph.nodes.filter(isNeuron)));
  const before = graph.nodes.filter(({ outputs }) => outputs.some((value) => wanted.has(value)));
  return new Set(before.map(({ name }) => name));
}
