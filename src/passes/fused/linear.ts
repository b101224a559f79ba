import { inferredShape } from '../../analysis/inferred-shape.ts';
import type { GraphBuilder } from '../../graph/graph-builder.ts';
import { type Attribute, floatAttribute, intAttribute, type Node } from '../../graph/node.ts';
import { fusedActivation } from './activate.ts';
import { type Decomposition, optionalInput } from './define-decomposition.ts';

/** Gemm with an activation. */
export const fusedGemm: Decomposition = (of, { build }) => {
  const product = addLike(build, of, 'Gemm', of.inputs, ['alpha', 'beta', 'transA', 'transB']);
  return some(fusedActivation(build, of, product));
};

/** Conv with a residual that is added, and an activation. */
export const fusedConv: Decomposition = (of, { build }) => {
  const keys = ['auto_pad', 'dilations', 'group', 'kernel_shape', 'pads', 'strides'];
  const residual = optionalInput(of, 3);
  const inputs = of.inputs.slice(0, of.inputs[2] ? 3 : 2);
  const convolved = addLike(build, of, 'Conv', inputs, keys);
  const sum = residual ? build.op('Add', [convolved, residual]) : convolved;
  return some(fusedActivation(build, of, sum));
};

/** α·A·B with operands that may be transposed, and an activation. */
export const fusedMatMul: Decomposition = (of, { build }) => {
  if (intAttribute(of, 'transBatchA', 0) !== 0 || intAttribute(of, 'transBatchB', 0) !== 0) return undefined;
  const operands = ['transA', 'transB'].map((key, i) =>
    intAttribute(of, key, 0) === 1 ? transposed(build, of.inputs[i]!) : of.inputs[i]!,
  );
  if (!operands.every((each) => each !== undefined)) return undefined;
  const product = build.op('MatMul', operands);
  const alpha = floatAttribute(of, 'alpha', 1);
  const scaled = alpha === 1 ? product : build.op('Mul', [product, build.scalar('alpha', alpha)]);
  return some(fusedActivation(build, of, scaled));
};

function transposed(build: GraphBuilder, value: string): string | undefined {
  const rank = inferredShape(build.graph, value)?.length;
  if (rank === undefined) return undefined;
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  return build.op('Transpose', [value], { perm: [...axes.slice(0, -2), rank - 1, rank - 2] });
}

function addLike(
  build: GraphBuilder,
  of: Node,
  opType: string,
  inputs: readonly string[],
  keys: readonly string[],
): string {
  const kept = [...of.attributes].filter(([key]) => keys.includes(key));
  return build.op(opType, inputs, Object.fromEntries<Attribute>(kept));
}

function some(value: string | undefined): string[] | undefined {
  return value === undefined ? undefined : [value];
}
