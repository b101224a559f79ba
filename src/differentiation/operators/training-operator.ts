import { definePass } from '../../graph/define-pass.ts';
import { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import type { Model, ModelFunction } from '../../graph/model.ts';
import { type Attribute, type AttributeInputs, node } from '../../graph/node.ts';
import type { GradientRule } from '../gradient-rule.ts';
import { trainingDomain } from './training-domain.ts';

/** An operator whose gradient is not the derivative of what it computes, or is computed better than by its parts. */
export interface TrainingOperator {
  /** Name of the operator in domain `transpike.training`. */
  readonly name: string;
  /** What it computes and how its gradient is defined. */
  readonly doc: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Attributes with their defaults. The forward computation does not depend on them. */
  readonly attributes: ReadonlyMap<string, Attribute>;
  /** The forward computation in standard operators: from the names of the inputs to the names of the outputs' values. */
  forward(build: GraphBuilder): readonly string[];
  /** `zero`: no gradient passes. */
  readonly gradient: GradientRule | 'zero';
}

/** The operator as a function of a model, so that any ONNX runtime can run it. */
function functionOf(operator: TrainingOperator, opset: number): ModelFunction {
  const graph = new Graph(operator.name);
  const build = new GraphBuilder(graph, 'inner.');
  const values = operator.forward(build);
  const results = values.map((value, i) => node('Identity', [value], [operator.outputs[i]!]));
  const constants = [...graph.initializers].map(([name, value]) => node('Constant', [], [name], { value }));
  return {
    name: operator.name,
    domain: trainingDomain,
    inputs: [...operator.inputs],
    outputs: [...operator.outputs],
    attributes: [],
    attributeDefaults: new Map(operator.attributes),
    nodes: [...constants, ...graph.nodes, ...results],
    opsets: new Map([['', opset]]),
    doc: operator.doc,
  };
}

/** Appends a call of the operator; attributes that are not given have their defaults. Returns the first output. */
export function addTrainingOperator(
  build: GraphBuilder,
  operator: TrainingOperator,
  inputs: readonly string[],
  attributes: AttributeInputs = {},
  options: { name?: string } = {},
): string {
  return build.op(operator.name, inputs, attributes, { ...options, domain: trainingDomain });
}

/** Adds the functions of the operators that the model uses and does not carry yet. */
export const carryTrainingOperators = definePass({
  name: 'carry-training-operators',
  summary: 'The functions of the training operators in use are added.',
  rewrites: 'input',
  apply(model: Model, operators: readonly TrainingOperator[]): void {
    const used = new Set(
      model.graph.nodes.filter(({ domain }) => domain === trainingDomain).map(({ opType }) => opType),
    );
    if (used.size === 0) return;
    model.opsets.set(trainingDomain, 1);
    const carried = new Set(
      model.functions.filter(({ domain }) => domain === trainingDomain).map(({ name }) => name),
    );
    for (const operator of operators) {
      if (used.has(operator.name) && !carried.has(operator.name)) {
        model.functions.push(functionOf(operator, model.opset));
      }
    }
  },
});
