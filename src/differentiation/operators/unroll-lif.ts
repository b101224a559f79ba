import type { GraphBuilder } from '../../graph/graph-builder.ts';
import { float } from '../../graph/node.ts';
import { type SurrogateName, surrogates } from './surrogates.ts';
import { addTrainingOperator } from './training-operator.ts';

/** Settings of a leaky integrate-and-fire layer that is trained step by step. */
export interface LifOptions {
  /** Name of λ, the share of the potential that is left after a step: float32 scalar in [0, 1]. */
  readonly leak: string;
  /** Name of θ: float32, broadcastable to the currents. */
  readonly threshold: string;
  /** Slope that stands for the derivative of the spike. Default `arctan`. */
  readonly surrogate?: SurrogateName;
  /** Sharpness of the surrogate. Default: that of the surrogate. */
  readonly sharpness?: number;
  /** `subtract` takes θ off the potential after a spike, `zero` sets it to 0. Default `subtract`. */
  readonly reset?: 'subtract' | 'zero';
}

/**
 * Appends a layer of leaky integrate-and-fire neurons, unrolled over the time-steps, trainable through time:
 * v(t) = λ·v'(t−1) + x(t), s(t) = 1 if v(t) ≥ θ else 0, v'(t) = v(t) − θ·s(t) (or v(t)·(1 − s(t))).
 *
 * @param currents x(1)…x(T), float32 of one shape
 * @returns s(1)…s(T)
 */
export function unrollLif(build: GraphBuilder, currents: readonly string[], options: LifOptions): string[] {
  const { leak, threshold, surrogate = 'arctan', sharpness, reset = 'subtract' } = options;
  const operator = surrogates[surrogate];
  const attributes = sharpness === undefined ? {} : { sharpness: float(sharpness) };
  let rest: string | undefined;
  return currents.map((current) => {
    const potential = rest ? build.op('Add', [build.op('Mul', [rest, leak]), current]) : current;
    const above = build.op('Sub', [potential, threshold]);
    const spike = addTrainingOperator(build, operator, [above], attributes, { name: 'spike' });
    rest =
      reset === 'subtract'
        ? build.op('Sub', [potential, build.op('Mul', [spike, threshold])])
        : build.op('Sub', [potential, build.op('Mul', [potential, spike])]);
    return spike;
  });
}
