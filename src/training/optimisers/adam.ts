import { z } from 'zod';
import { times } from '../../differentiation/gradient-operators.ts';
import type { GraphBuilder } from '../../graph/graph-builder.ts';
import { defineOptimiser, type UpdateInputs, type UpdateOutputs } from './define-optimiser.ts';

const options = z.strictObject({
  beta1: z.number().min(0).lt(1).default(0.9),
  beta2: z.number().min(0).lt(1).default(0.999),
  epsilon: z.number().positive().default(1e-8),
  weightDecay: z.number().min(0).default(0),
});

type AdamOptions = z.infer<typeof options>;

const moments = 'm ← β₁·m + (1−β₁)·g;  v ← β₂·v + (1−β₂)·g²;  u = (m/(1−β₁ᵗ)) / (√(v/(1−β₂ᵗ)) + ε)';

/** Adam with L2 weight decay, which is added to the gradient. */
export const adam = defineOptimiser<AdamOptions>({
  name: 'adam',
  summary: 'Adam: steps scaled by running means of the gradient and of its square.',
  equations: `g ← g + λ·p;  ${moments};  p ← p − η·u`,
  options,
  state: ['mean', 'square'],
  update(build, inputs, settings) {
    const decay = times(build, build.op('Mul', [inputs.parameters, inputs.decayed]), settings.weightDecay);
    const gradient = settings.weightDecay > 0 ? build.op('Add', [inputs.gradient, decay]) : inputs.gradient;
    return adamStep(build, { ...inputs, gradient }, settings, inputs.parameters);
  },
});

/** Adam with decoupled weight decay. */
export const adamw = defineOptimiser<AdamOptions>({
  name: 'adamw',
  summary: 'AdamW: Adam whose weight decay shrinks the parameters directly.',
  equations: `${moments};  p ← p·(1 − η·λ) − η·u`,
  options,
  state: ['mean', 'square'],
  update(build, inputs, settings) {
    if (settings.weightDecay === 0) return adamStep(build, inputs, settings, inputs.parameters);
    const rate = times(build, inputs.learningRate, settings.weightDecay);
    const shrink = build.op('Sub', [build.scalar('one', 1), build.op('Mul', [inputs.decayed, rate])]);
    return adamStep(build, inputs, settings, build.op('Mul', [inputs.parameters, shrink]));
  },
});

/** The step from `start`, which is the parameters after their decay. */
function adamStep(
  build: GraphBuilder,
  { gradient, learningRate, step, state }: UpdateInputs,
  { beta1, beta2, epsilon }: AdamOptions,
  start: string,
): UpdateOutputs {
  const mean = build.op('Add', [times(build, state.mean!, beta1), times(build, gradient, 1 - beta1)]);
  const squared = times(build, build.op('Mul', [gradient, gradient]), 1 - beta2);
  const square = build.op('Add', [times(build, state.square!, beta2), squared]);
  // u = (m/c₁)/(√v/√c₂ + ε) = m·(√c₂/c₁)/(√v + ε·√c₂): the corrections cost scalars only.
  const root = build.op('Sqrt', [correction(build, step, beta2)]);
  const factor = build.op('Div', [root, correction(build, step, beta1)]);
  const guard = times(build, root, epsilon);
  const denominator = build.op('Add', [build.op('Sqrt', [square]), guard]);
  const rate = build.op('Mul', [learningRate, factor]);
  const change = build.op('Mul', [build.op('Div', [mean, denominator]), rate]);
  return { parameters: build.op('Sub', [start, change]), state: { mean, square } };
}

/** 1 − βᵗ. */
function correction(build: GraphBuilder, step: string, beta: number): string {
  return build.op('Sub', [build.scalar('one', 1), build.op('Pow', [build.scalar('beta', beta), step])]);
}
