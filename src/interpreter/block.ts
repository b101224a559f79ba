import { listProblems, RuntimeError } from '../errors.ts';
import type { Graph } from '../graph/graph.ts';
import type { Model, ModelFunction } from '../graph/model.ts';
import { describeNode, type Node } from '../graph/node.ts';
import { subgraphsOf, valuesReadBy } from '../graph/operation.ts';
import type { Tensor } from '../graph/tensor.ts';
import { functionBody } from './function-body.ts';
import type { NdArray } from './nd-array.ts';
import type { Operator, OperatorInputs } from './operators/operator.ts';
import { operatorFor } from './operators/operators.ts';

/** Evaluates a node in place of the oracle's own operator or the function of the model. */
export type CustomOperator = (inputs: (NdArray | undefined)[], node: Node) => NdArray[];

/** Consulted first for every node; `undefined` leaves the node to the oracle. */
export type CustomOperators = (node: Node) => CustomOperator | undefined;

/** How a node is evaluated: by an operator, or by the block of a function's body. */
export type Implementation = Operator | Block;

/** One node, ready to be evaluated. */
export interface Step {
  readonly node: Node;
  readonly implementation: Implementation;
  /** Values that nobody needs after this step. */
  readonly drop: readonly string[];
}

/** The nodes of a graph or of one call of a function, with everything resolved. */
export interface Block {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly initializers: ReadonlyMap<string, Tensor>;
  readonly steps: readonly Step[];
  readonly opset: number;
}

/** A model whose every node has a meaning. */
export interface ResolvedModel {
  readonly main: Block;
  /** The blocks of the bodies of control-flow nodes. */
  readonly bodies: ReadonlyMap<Graph, Block>;
}

/**
 * Finds out for every node, also in functions and subgraphs, how it is evaluated.
 *
 * @param keep values of the main graph that must not be dropped
 * @throws RuntimeError that lists all nodes whose operator is unknown
 */
export function resolveModel(
  model: Model,
  custom: CustomOperators | undefined,
  keep: ReadonlySet<string>,
): ResolvedModel {
  const resolver = new Resolver(model, custom);
  const main = resolver.graph(model.graph, model.opset, keep);
  if (resolver.problems.length === 0) return { main, bodies: resolver.bodies };
  const heading = `oracle: graph '${model.graph.name}' has operators without a float64 meaning. Replace them, or give custom operators.`;
  throw new RuntimeError(listProblems(heading, [...new Set(resolver.problems)]));
}

class Resolver {
  readonly bodies = new Map<Graph, Block>();
  readonly problems: string[] = [];
  readonly #functions: ReadonlyMap<string, ModelFunction>;
  readonly #custom: CustomOperators | undefined;
  readonly #defaultOpset: number;
  /** Functions whose bodies are being resolved, to notice one that calls itself. */
  readonly #open = new Set<ModelFunction>();

  constructor(model: Model, custom: CustomOperators | undefined) {
    this.#functions = new Map(model.functions.map((each) => [keyOf(each.domain, each.name), each]));
    this.#custom = custom;
    this.#defaultOpset = model.opset;
  }

  graph(graph: Graph, opset: number, keep: ReadonlySet<string>): Block {
    const outputs = graph.outputs.map(({ name }) => name);
    return {
      inputs: graph.inputs.map(({ name }) => name),
      outputs,
      initializers: graph.initializers,
      steps: this.#steps(graph.nodes, opset, new Set([...outputs, ...keep])),
      opset,
    };
  }

  #steps(nodes: readonly Node[], opset: number, needed: ReadonlySet<string>): Step[] {
    const drops = dropsOf(nodes, needed);
    return nodes.map((node, position) => ({
      node,
      implementation: this.#implementation(node, opset),
      drop: drops[position]!,
    }));
  }

  #implementation(node: Node, opset: number): Implementation {
    const custom = this.#custom?.(node);
    if (custom) return (inputs: OperatorInputs) => custom([...inputs], node);
    const definition = this.#functions.get(keyOf(node.domain, node.opType));
    if (definition) return this.#call(definition, node);
    for (const body of subgraphsOf(node)) this.bodies.set(body, this.graph(body, opset, new Set()));
    const operator = operatorFor(node.domain, node.opType);
    if (operator) return operator;
    this.problems.push(describeNode(node));
    return () => [];
  }

  #call(definition: ModelFunction, call: Node): Block {
    if (this.#open.has(definition)) {
      throw new RuntimeError({
        where: describeNode(call),
        expected: 'a function that does not call itself',
        got: 'recursion',
        remedy: 'The model is not valid ONNX; export it again',
      });
    }
    this.#open.add(definition);
    const opset = definition.opsets.get('') ?? this.#defaultOpset;
    const steps = this.#steps(functionBody(definition, call), opset, new Set(definition.outputs));
    this.#open.delete(definition);
    return { inputs: definition.inputs, outputs: definition.outputs, initializers: new Map(), steps, opset };
  }
}

function keyOf(domain: string, name: string): string {
  return `${domain === 'ai.onnx' ? '' : domain}:${name}`;
}

/** For each node, the values it is the last to touch and that are not needed afterwards. */
function dropsOf(nodes: readonly Node[], needed: ReadonlySet<string>): string[][] {
  const seen = new Set(needed);
  const drops = nodes.map((): string[] => []);
  for (let position = nodes.length - 1; position >= 0; position--) {
    const node = nodes[position]!;
    for (const name of [...node.outputs, ...valuesReadBy(node)]) {
      if (!seen.has(name)) drops[position]!.push(name);
      seen.add(name);
    }
  }
  return drops;
}
