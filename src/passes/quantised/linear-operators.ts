import { constantTensor } from '../../analysis/constant-tensor.ts';
import type { GraphBuilder } from '../../graph/graph-builder.ts';
import { type Attribute, floatAttribute, intAttribute, type Node } from '../../graph/node.ts';
import { Tensor } from '../../graph/tensor.ts';
import type { Decomposition } from '../fused/define-decomposition.ts';

/**
 * Operators on integers with their scales as inputs, by domain and name, as the operators on numbers that they stand for, between
 * DequantizeLinear and QuantizeLinear.
 */
export const linearOperators: ReadonlyMap<string, Decomposition> = new Map(
  Object.entries({
    '.QLinearConv': convolution,
    '.QLinearMatMul': product,
    'com.microsoft.QGemm': gemm,
    'com.microsoft.QLinearAdd': binary('Add'),
    'com.microsoft.QLinearMul': binary('Mul'),
    'com.microsoft.QLinearLeakyRelu': unary('LeakyRelu', ['alpha']),
    'com.microsoft.QLinearSigmoid': unary('Sigmoid'),
    'com.microsoft.QLinearSoftmax': unary('Softmax', ['axis']),
    'com.microsoft.QLinearGlobalAveragePool': unary('GlobalAveragePool'),
    'com.microsoft.QLinearAveragePool': unary('AveragePool', [
      ...['auto_pad', 'ceil_mode', 'count_include_pad', 'kernel_shape', 'pads', 'strides'],
    ]),
    'com.microsoft.QLinearConcat': concatenation,
  } satisfies Record<string, Decomposition>),
);

const convolutionKeys = ['auto_pad', 'dilations', 'group', 'kernel_shape', 'pads', 'strides'];

function convolution(of: Node, { build }: Parameters<Decomposition>[1]) {
  const inputs = [numbersAt(build, of, 0), numbersAt(build, of, 3, 0)];
  const bias = of.inputs[8] && biasOf(build, of, of.inputs[8]);
  if (bias === undefined) return undefined;
  const made = build.op('Conv', [...inputs, ...(bias ? [bias] : [])], kept(of, convolutionKeys));
  return [quantised(build, of, made, 6)];
}

function product(of: Node, { build }: Parameters<Decomposition>[1]) {
  const made = build.op('MatMul', [numbersAt(build, of, 0), numbersAt(build, of, 3, lastAxis(build, of, 3))]);
  return [quantised(build, of, made, 6)];
}

function gemm(of: Node, { build }: Parameters<Decomposition>[1]) {
  const transposed = intAttribute(of, 'transB', 0) === 1;
  const inputs = [numbersAt(build, of, 0), numbersAt(build, of, 3, transposed ? 0 : 1)];
  const alpha = floatAttribute(of, 'alpha', 1);
  const bias = of.inputs[6] && biasOf(build, of, of.inputs[6], alpha);
  if (bias === undefined) return undefined;
  const made = build.op(
    'Gemm',
    [...inputs, ...(bias ? [bias] : [])],
    kept(of, ['alpha', 'transA', 'transB']),
  );
  return [of.inputs[7] ? quantised(build, of, made, 7) : made];
}

function binary(opType: string): Decomposition {
  return (of, { build }) => {
    const made = build.op(opType, [numbersAt(build, of, 0), numbersAt(build, of, 3)]);
    return [quantised(build, of, made, 6)];
  };
}

function unary(opType: string, keys: readonly string[] = []): Decomposition {
  return (of, { build }) => {
    if (intAttribute(of, 'channels_last', 0) === 1) return undefined;
    const made = build.op(opType, [numbersAt(build, of, 0)], kept(of, keys));
    return [quantised(build, of, made, 3)];
  };
}

/** Scale and zero point of the output come first. */
function concatenation(of: Node, { build }: Parameters<Decomposition>[1]) {
  const parts = Array.from({ length: (of.inputs.length - 2) / 3 }, (_, i) => numbersAt(build, of, 2 + 3 * i));
  return [quantised(build, of, build.op('Concat', parts, kept(of, ['axis'])), 0)];
}

/** The numbers that an input stands for, whose scale and zero point are the next two. */
function numbersAt(build: GraphBuilder, { inputs }: Node, at: number, axis?: number): string {
  const [integers, scale, zero] = [inputs[at]!, inputs[at + 1]!, inputs[at + 2]];
  return build.op(
    'DequantizeLinear',
    [integers, scale, ...(zero ? [zero] : [])],
    axis === undefined ? {} : { axis },
  );
}

function quantised(build: GraphBuilder, { inputs }: Node, value: string, scaleAt: number): string {
  const zero = inputs[scaleAt + 1];
  return build.op('QuantizeLinear', [value, inputs[scaleAt]!, ...(zero ? [zero] : [])]);
}

/** A bias is whole multiples of the product of both scales. @returns nothing where one of them is not constant */
function biasOf({ graph }: GraphBuilder, of: Node, bias: string, alpha = 1): string | undefined {
  const [integers, input, weight] = [bias, of.inputs[1]!, of.inputs[4]!].map((name) =>
    constantTensor(graph, name),
  );
  if (!integers || input?.size !== 1 || !weight) return undefined;
  const scales = weight.toNumbers();
  const step = alpha * input.toNumber();
  const values = Array.from(
    integers.toNumbers(),
    (count, i) => count * step * scales[scales.length === 1 ? 0 : i]!,
  );
  return graph.addInitializer(`${of.name}.bias`, Tensor.float32([values.length], values));
}

function lastAxis({ graph }: GraphBuilder, of: Node, at: number): number {
  const rank = constantTensor(graph, of.inputs[at]!)?.shape.length ?? 2;
  return rank - 1;
}

function kept(of: Node, keys: readonly string[]): Record<string, Attribute> {
  return Object.fromEntries([...of.attributes].filter(([key]) => keys.includes(key)));
}
