import type { GraphBuilder } from '../../graph/graph-builder.ts';
import { float, floatAttribute, type Node } from '../../graph/node.ts';
import { type Decomposition, optionalInput } from './define-decomposition.ts';

/** LayerNormalization of input + skip + bias. Outputs: normalised, mean, inverse deviation, sum. */
export const skipLayerNormalization: Decomposition = (of, { build }) => {
  const [, , gamma, beta] = of.inputs;
  const sum = addAll(build, of, 4);
  const normalised = norm(build, of, 'LayerNormalization', [sum, gamma!, ...(beta ? [beta] : [])]);
  return [...normalised, sum];
};

/** Normalisation of input + skip + bias by its root mean square. Outputs: normalised, none, inverse deviation, sum. */
export const skipSimplifiedLayerNormalization: Decomposition = (of, { build }) => {
  if (of.outputs[1] || of.outputs[2]) return undefined;
  const sum = addAll(build, of, 3);
  const epsilon = float(floatAttribute(of, 'epsilon', 1e-12));
  const normalised = build.op('SimplifiedLayerNormalization', [sum, of.inputs[2]!], { epsilon, axis: -1 });
  return [normalised, '', '', sum];
};

/** input + bias + skip. */
export const biasAdd: Decomposition = ({ inputs: [input, bias, skip] }, { build }) => [
  build.op('Add', [build.op('Add', [input!, bias!]), skip!]),
];

function addAll(build: GraphBuilder, of: Node, biasAt: number): string {
  const sum = build.op('Add', [of.inputs[0]!, of.inputs[1]!]);
  const bias = optionalInput(of, biasAt);
  return bias ? build.op('Add', [sum, bias]) : sum;
}

function norm(build: GraphBuilder, of: Node, opType: string, inputs: readonly string[]): string[] {
  const wantsMoments = Boolean(of.outputs[1] || of.outputs[2]);
  const epsilon = float(floatAttribute(of, 'epsilon', 1e-12));
  const made = build.ops(opType, inputs, wantsMoments ? 3 : 1, { epsilon, axis: -1 });
  return [made[0]!, made[1] ?? '', made[2] ?? ''];
}
