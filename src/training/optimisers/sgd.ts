import { z } from 'zod';
import { times } from '../../differentiation/gradient-operators.ts';
import { defineOptimiser } from './define-optimiser.ts';

const options = z.strictObject({
  momentum: z.number().min(0).lt(1).default(0.9),
  nesterov: z.boolean().default(false),
  weightDecay: z.number().min(0).default(0),
});

/** Stochastic gradient descent with momentum as PyTorch has it: decay is added to the gradient. */
export const sgd = defineOptimiser<z.infer<typeof options>>({
  name: 'sgd',
  summary: 'Stochastic gradient descent with momentum, optional Nesterov, and L2 weight decay.',
  equations: 'g ← g + λ·p;  v ← μ·v + g;  p ← p − η·(nesterov ? g + μ·v : v)',
  options,
  state: ['velocity'],
  update(build, { parameters, gradient, learningRate, decayed, state }, { momentum, nesterov, weightDecay }) {
    let slope = gradient;
    if (weightDecay > 0) {
      const decay = times(build, build.op('Mul', [parameters, decayed]), weightDecay);
      slope = build.op('Add', [gradient, decay]);
    }
    const velocity = build.op('Add', [times(build, state.velocity!, momentum), slope]);
    const direction = nesterov ? build.op('Add', [slope, times(build, velocity, momentum)]) : velocity;
    const next = build.op('Sub', [parameters, build.op('Mul', [direction, learningRate])]);
    return { parameters: next, state: { velocity } };
  },
});
