import { RuntimeError } from '../errors.ts';
import type { ValueInfo } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import { describeNode, type Node } from '../graph/node.ts';
import { type Block, type CustomOperators, type ResolvedModel, resolveModel, type Step } from './block.ts';
import type { NdArray } from './nd-array.ts';
import type { OperatorContext, OperatorInputs } from './operators/operator.ts';
import { Scope } from './scope.ts';

/** Arrays by the name of the model's input. */
export type OracleInputs = ReadonlyMap<string, NdArray> | Readonly<Record<string, NdArray>>;

/** Settings of {@link evaluateModel}. */
export interface InterpretOptions {
  /** Operators that take precedence over the oracle's own and over the model's functions. */
  custom?: CustomOperators;
  /** Values of the main graph to return besides its outputs. */
  keep?: ReadonlySet<string>;
}

/**
 * Evaluates a model in float64: slowly, one node after the other, as the operators' definitions read. All float types
 * are float64 throughout. A value is dropped after its last use.
 *
 * @returns the outputs of the graph and the values named in `keep`, by name
 * @throws RuntimeError that lists all operators without a meaning here, before anything is evaluated; or if an input
 *   is missing, unknown, or has a shape that the graph does not allow; or if a node's inputs do not fit its operator
 */
export function evaluateModel(
  model: Model,
  inputs: OracleInputs,
  options: InterpretOptions = {},
): Map<string, NdArray> {
  const keep = options.keep ?? new Set<string>();
  const resolved = resolveModel(model, options.custom, keep);
  const given: ReadonlyMap<string, NdArray> =
    inputs instanceof Map ? inputs : new Map(Object.entries(inputs));
  checkInputs(model, given);
  checkKept(model, keep);
  const scope = new Scope(resolved.main.initializers);
  for (const [name, value] of given) scope.set(name, value);
  runSteps(resolved.main, scope, resolved);
  const wanted = new Set([...resolved.main.outputs, ...keep]);
  return new Map([...wanted].map((name) => [name, aliveValue(name, scope, `graph '${model.graph.name}'`)]));
}

function checkInputs(model: Model, given: ReadonlyMap<string, NdArray>): void {
  const { graph } = model;
  const where = `oracle: graph '${graph.name}'`;
  for (const info of graph.inputs) {
    const value = given.get(info.name);
    if (value) checkShape(info, value, where);
    else if (!graph.initializers.has(info.name)) {
      const names = [...given.keys()].map((name) => `'${name}'`).join(', ');
      const remedy = 'Give an array for each input of the graph';
      throw new RuntimeError({ where, expected: `an input '${info.name}'`, got: names || 'none', remedy });
    }
  }
  for (const name of given.keys()) {
    if (graph.isInput(name)) continue;
    const names = graph.inputs.map((info) => `'${info.name}'`).join(', ');
    throw new RuntimeError({ where, expected: `inputs ${names}`, got: `'${name}'`, remedy: 'Leave it out' });
  }
}

function checkShape({ name, shape }: ValueInfo, value: NdArray, graph: string): void {
  if (!shape) return;
  const fits =
    shape.length === value.shape.length &&
    shape.every((length, axis) => typeof length !== 'number' || length === value.shape[axis]);
  if (fits) return;
  throw new RuntimeError({
    where: `${graph}, input '${name}'`,
    expected: `shape [${shape.map((length) => length ?? '?').join(',')}]`,
    got: `[${value.shape.join(',')}]`,
    remedy: 'Give an array of the shape that the graph declares',
  });
}

function checkKept({ graph }: Model, keep: ReadonlySet<string>): void {
  for (const name of keep) {
    if (graph.has(name)) continue;
    throw new RuntimeError({
      where: `oracle: graph '${graph.name}'`,
      expected: 'names of its values in keep',
      got: `'${name}'`,
      remedy: 'Take a name from the inputs, initializers or node outputs of the main graph',
    });
  }
}

function runSteps(block: Block, scope: Scope, model: ResolvedModel): void {
  for (const step of block.steps) {
    const { node } = step;
    const inputs = node.inputs.map((name) => (name ? valueOrOmitted(name, scope, node) : undefined));
    const outputs = runStep(step, inputs, block.opset, scope, model);
    for (const [position, name] of node.outputs.entries()) {
      if (name) scope.set(name, outputs[position] ?? missingOutput(node, position));
    }
    scope.drop(step.drop);
  }
}

function runStep(
  { node, implementation }: Step,
  inputs: OperatorInputs,
  opset: number,
  scope: Scope,
  model: ResolvedModel,
): NdArray[] {
  if (typeof implementation !== 'function') return runFunction(implementation, inputs, node, model);
  const context: OperatorContext = {
    opset,
    evaluateBody: (body, bodyInputs) => {
      const block = model.bodies.get(body)!;
      const inner = new Scope(block.initializers, scope);
      for (const [i, name] of block.inputs.entries()) inner.set(name, bodyInputs[i]);
      runSteps(block, inner, model);
      return block.outputs.map((name) => aliveValue(name, inner, describeNode(node)));
    },
  };
  return implementation(inputs, node, context);
}

/** A function sees its inputs and nothing around the calling node. */
function runFunction(block: Block, inputs: OperatorInputs, call: Node, model: ResolvedModel): NdArray[] {
  const scope = new Scope(block.initializers);
  for (const [i, name] of block.inputs.entries()) scope.set(name, inputs[i]);
  runSteps(block, scope, model);
  return block.outputs.map((name) => aliveValue(name, scope, describeNode(call)));
}

function valueOrOmitted(name: string, scope: Scope, reader: Node): NdArray | undefined {
  return scope.has(name) ? scope.get(name) : missingValue(name, describeNode(reader));
}

function aliveValue(name: string, scope: Scope, where: string): NdArray {
  return scope.get(name) ?? missingValue(name, where);
}

function missingValue(name: string, where: string): never {
  throw new RuntimeError({
    where,
    expected: `a value '${name}'`,
    got: 'none of that name before it is read',
    remedy: 'The graph is not in topological order or refers to a value that does not exist; verify it',
  });
}

function missingOutput(node: Node, position: number): never {
  throw new RuntimeError({
    where: describeNode(node),
    expected: `an output at position ${position}`,
    got: 'none',
    remedy: 'Do not use this optional output, or give a custom operator that provides it',
  });
}
