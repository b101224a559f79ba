import { addActivationOperators } from '../../analysis/activation.ts';
import type { GraphBuilder } from '../../graph/graph-builder.ts';
import { floatAttribute } from '../../graph/node.ts';
import { type Decomposition, optionalInput } from './define-decomposition.ts';

/** x·Φ(x) of a sum. */
export const biasGelu: Decomposition = ({ inputs }, { build }) => [
  addActivationOperators(build, { kind: 'gelu' }, build.op('Add', inputs)),
];

/** x·Φ(x). */
export const gelu: Decomposition = ({ inputs }, { build }) => [
  addActivationOperators(build, { kind: 'gelu' }, inputs[0]!),
];

/** 0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))), of a sum if there is a bias. */
export const fastGelu: Decomposition = (of, { build }) => {
  const bias = optionalInput(of, 1);
  const input = of.inputs[0]!;
  return [tanhGelu(build, bias ? build.op('Add', [input, bias]) : input)];
};

/** The same of a product with a matrix. */
export const gemmFastGelu: Decomposition = (of, { build }) => {
  const product = build.op('MatMul', of.inputs.slice(0, 2));
  const bias = optionalInput(of, 2);
  return [tanhGelu(build, bias ? build.op('Add', [product, bias]) : product)];
};

/** x·σ(α·x). */
export const quickGelu: Decomposition = (of, { build }) => {
  const alpha = build.scalar('alpha', floatAttribute(of, 'alpha', 1.702));
  const scaled = build.op('Mul', [of.inputs[0]!, alpha]);
  return [build.op('Mul', [of.inputs[0]!, build.op('Sigmoid', [scaled])])];
};

function tanhGelu(build: GraphBuilder, x: string): string {
  const cube = build.op('Mul', [build.op('Mul', [x, x]), x]);
  const bent = build.op('Add', [x, build.op('Mul', [cube, build.scalar('cubic', 0.044715)])]);
  const bell = build.op('Tanh', [build.op('Mul', [bent, build.scalar('root', Math.sqrt(2 / Math.PI))])]);
  const half = build.op('Mul', [x, build.scalar('half', 0.5)]);
  return build.op('Mul', [half, build.op('Add', [bell, build.scalar('one', 1)])]);
}
