import { stepsStraightThrough, stopGradient } from '../../differentiation/operators/straight-through.ts';
import { addTrainingOperator } from '../../differentiation/operators/training-operator.ts';
import type { GraphBuilder } from '../../graph/graph-builder.ts';

/**
 * Appends an activation of few levels: y = δ·⌊clip(x, 0, α)/δ + ½⌋ with δ = α/levels. The gradient of x passes between 0 and α, that of the
 * bound α is the one of what lies above it.
 *
 * Choi, Wang, Venkataramani, Chuang, Srinivasan, Gopalakrishnan: PACT: Parameterized Clipping Activation for Quantized Neural Networks,
 * arXiv:1805.06085.
 *
 * @param bound name of α, float32 []
 * @param levels above 0: 2^b − 1 for b bits
 */
export function addLevels(build: GraphBuilder, input: string, bound: string, levels: number): string {
  const clipped = build.op('Min', [build.op('Relu', [input]), bound]);
  const step = addTrainingOperator(build, stopGradient, [
    build.op('Div', [bound, build.scalar('levels', levels)]),
  ]);
  return addTrainingOperator(build, stepsStraightThrough, [clipped, step]);
}
