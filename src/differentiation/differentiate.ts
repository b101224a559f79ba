import { GraphError, listProblems } from '../errors.ts';
import { definePass } from '../graph/define-pass.ts';
import type { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { Model } from '../graph/model.ts';
import { describeNode, type Node } from '../graph/node.ts';
import { lookUp } from '../look-up.ts';
import { filled, sumOf } from './gradient-operators.ts';
import type { GradientContext } from './gradient-rule.ts';
import { inferTypes, type ValueType } from './infer-types.ts';
import { carryTrainingOperators } from './operators/training-operator.ts';
import { trainingOperators } from './operators/training-operators.ts';
import { gradientRuleFor } from './rules/gradient-rules.ts';

/** A model that computes gradients beside its own outputs. */
export interface Differentiated {
  /** The model with the backward operators appended; its outputs are as before. */
  readonly model: Model;
  /** Name of the value ∂loss/∂parameter by parameter, of the parameter's shape. */
  readonly gradients: ReadonlyMap<string, string>;
}

/** Oldest operator set that the backward operators are written for. */
const oldestOpset = 17;

/**
 * Reverse-mode differentiation, model to model: appends operators that compute ∂loss/∂parameter for each parameter.
 * The backward part is made of standard ONNX operators of opset 17 or newer.
 *
 * @param model its inputs have fixed shapes; it is not changed
 * @param loss name of a float value with one element
 * @param parameters names of inputs, constants or other values of the graph
 * @param block channels of a block, where the model has operators of the blocked layout; the backward part is then one for the same machine
 * @throws GraphError that lists all operators between parameters and loss that have no rule; if the loss is not a
 *   single number; or if a parameter does not influence it
 */
export const differentiate = definePass({
  name: 'differentiate',
  summary: 'Operators are appended that compute the gradients of a loss.',
  rewrites: 'copy',
  async apply(
    model: Model,
    loss: string,
    parameters: readonly string[],
    block?: number,
  ): Promise<Differentiated> {
    const copy = model.clone();
    carryTrainingOperators(copy, trainingOperators);
    const types = await inferTypes(copy);
    const gradients = appendGradients(copy, loss, parameters, { types, block });
    carryTrainingOperators(copy, trainingOperators);
    return { model: copy, gradients };
  },
});

/** What is known of a model before its gradients are appended. */
interface Known {
  readonly types: ReadonlyMap<string, ValueType>;
  /** Channels of a block of the blocked layout. */
  readonly block: number | undefined;
}

function appendGradients(
  model: Model,
  loss: string,
  parameters: readonly string[],
  known: Known,
): Map<string, string> {
  const { graph } = model;
  const { types } = known;
  checkRequest(model, loss, parameters, types);
  const path = nodesBetween(graph, loss, new Set(parameters), types);
  refuseUnknown(graph, path);
  const backward = new Backward(model, known, path.influenced);
  backward.seed(loss);
  for (const node of path.nodes.toReversed()) backward.pass(node);
  return collect(graph, parameters, backward);
}

function collect(graph: Graph, parameters: readonly string[], backward: Backward): Map<string, string> {
  const found = parameters.map((name) => [name, backward.takeEarly(name)] as const);
  const missing = found.filter(([, gradient]) => gradient === undefined).map(([name]) => `'${name}'`);
  if (missing.length === 0) return new Map(found as [string, string][]);
  throw new GraphError({
    where: `differentiate: graph '${graph.name}'`,
    expected: 'parameters that influence the loss',
    got: `${missing.join(', ')}, on which it does not depend smoothly`,
    remedy: 'Leave them out of the trainable parameters, or use an operator with a surrogate gradient',
  });
}

function checkRequest(
  model: Model,
  loss: string,
  parameters: readonly string[],
  types: ReadonlyMap<string, ValueType>,
): void {
  const problems: string[] = [];
  const type = types.get(loss);
  if (!type) problems.push(`loss '${loss}': no value of this name`);
  else if (type.shape.some((length) => length !== 1) || type.dataType !== 'float32') {
    problems.push(
      `loss '${loss}': expected one float32 number, got ${type.dataType}[${type.shape.join(',')}]`,
    );
  }
  for (const name of parameters) {
    const dataType = types.get(name)?.dataType;
    if (dataType !== 'float32') {
      problems.push(`parameter '${name}': expected a float32 value, got ${dataType ?? 'none of this name'}`);
    }
  }
  if (model.opset < oldestOpset) {
    problems.push(`opset: expected ${oldestOpset} or newer, got ${model.opset}`);
  }
  if (problems.length > 0) {
    throw new GraphError(
      listProblems(`differentiate: graph '${model.graph.name}' cannot be trained so:`, problems),
    );
  }
}

/** What lies between parameters and loss. */
interface Path {
  /** Nodes that gradients pass through, in order. */
  readonly nodes: readonly Node[];
  /** Float values that depend on a parameter. */
  readonly influenced: ReadonlySet<string>;
}

function nodesBetween(
  graph: Graph,
  loss: string,
  parameters: ReadonlySet<string>,
  types: ReadonlyMap<string, ValueType>,
): Path {
  const influenced = new Set(parameters);
  for (const node of graph.nodes) {
    if (gradientRuleFor(node) === 'zero') continue;
    if (!node.inputs.some((name) => influenced.has(name))) continue;
    for (const name of node.outputs)
      if (name && types.get(name)?.dataType === 'float32') influenced.add(name);
  }
  const needed = new Set([loss]);
  const nodes: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => needed.has(name) && influenced.has(name))) continue;
    if (!node.inputs.some((name) => influenced.has(name))) continue;
    nodes.push(node);
    for (const name of node.inputs) if (influenced.has(name)) needed.add(name);
  }
  return { nodes: nodes.reverse(), influenced };
}

function refuseUnknown(graph: Graph, { nodes }: Path): void {
  const unknown = nodes.filter((node) => gradientRuleFor(node) === undefined).map(describeNode);
  if (unknown.length === 0) return;
  const heading = `differentiate: graph '${graph.name}' has operators without a gradient rule. Replace them by others, or put a StopGradient before them:`;
  throw new GraphError(listProblems(heading, unknown));
}

/** The growing backward part of a graph. */
class Backward {
  readonly #model: Model;
  readonly #types: ReadonlyMap<string, ValueType>;
  readonly #block: number | undefined;
  readonly #influenced: ReadonlySet<string>;
  readonly #contributions = new Map<string, string[]>();

  constructor(model: Model, { types, block }: Known, influenced: ReadonlySet<string>) {
    this.#model = model;
    this.#types = types;
    this.#block = block;
    this.#influenced = influenced;
  }

  seed(loss: string): void {
    const build = new GraphBuilder(this.#model.graph, 'gradient.');
    const { shape } = lookUp(this.#types, loss, 'type of value');
    this.#contributions.set(loss, [shape.length === 0 ? build.scalar('loss', 1) : filled(build, shape, 1)]);
  }

  /** The gradient of a value: the sum of what all of its readers contributed. */
  take(value: string): string | undefined {
    const parts = this.#contributions.get(value);
    if (!parts) return undefined;
    const total = sumOf(new GraphBuilder(this.#model.graph, `gradient.${value}.`), parts);
    this.#contributions.set(value, [total]);
    return total;
  }

  /** The same, as soon as the last contribution is there, so that none of them has to be kept until all gradients are. */
  takeEarly(value: string): string | undefined {
    const parts = this.#contributions.get(value) ?? [];
    if (parts.length < 2) return parts[0];
    const { graph } = this.#model;
    const last = graph.nodes.findLast(({ outputs }) => outputs.some((name) => parts.includes(name)));
    const build = GraphBuilder.behind(graph, last?.outputs[0] ?? '', `gradient.${value}.`);
    return sumOf(build, parts);
  }

  pass(node: Node): void {
    const outputGradients = node.outputs.map((name) => this.take(name));
    if (outputGradients.every((gradient) => gradient === undefined)) return;
    const rule = gradientRuleFor(node);
    if (rule === undefined || rule === 'zero') return;
    const gradients = rule(this.#context(node, outputGradients));
    for (const [position, name] of node.inputs.entries()) {
      const gradient = gradients[position];
      if (!gradient || !this.#influenced.has(name)) continue;
      const known = this.#contributions.get(name);
      if (known) known.push(gradient);
      else this.#contributions.set(name, [gradient]);
    }
  }

  #context(node: Node, outputGradients: readonly (string | undefined)[]): GradientContext {
    const { graph } = this.#model;
    const types = this.#types;
    const influenced = this.#influenced;
    const stem = node.name || node.outputs[0]!;
    return {
      node,
      build: new GraphBuilder(graph, `gradient.${stem}.`),
      opset: this.#model.opset,
      block: this.#block,
      outputGradients,
      get gradient() {
        return outputGradients[0] ?? missing(node, 'a gradient of output 0', 'none');
      },
      input: (position) => node.inputs[position] || missing(node, `input ${position}`, 'none'),
      wants: (position) => influenced.has(node.inputs[position] ?? ''),
      shapeOf: (value) => types.get(value)?.shape ?? missing(node, `a known shape of '${value}'`, 'none'),
      constantOf: (value) => graph.initializers.get(value) ?? constantNode(graph, value),
      producerOf: (value) => graph.producerOf(value),
    };
  }
}

function constantNode(graph: Graph, value: string) {
  const producer = graph.producerOf(value);
  const attribute = producer?.opType === 'Constant' ? producer.attributes.get('value') : undefined;
  return attribute?.kind === 'tensor' ? attribute.value : undefined;
}

function missing(node: Node, expected: string, got: string): never {
  throw new GraphError({
    where: `differentiate: ${describeNode(node)}`,
    expected,
    got,
    remedy: 'Train on the first output of the operator only, and give all of its inputs',
  });
}
