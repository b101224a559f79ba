import type { GraphBuilder } from '../graph/graph-builder.ts';
import { erf } from './error-function.ts';

/** Activations without a corner, which few-spikes neurons can stand for. */
export const smoothActivations = ['gelu', 'silu', 'sigmoid'] as const;

/** Kind of a smooth activation. */
export type SmoothActivation = (typeof smoothActivations)[number];

/**
 * The function that the neurons of a site stand for in the source network. `identity`: the site is a plain tensor.
 *
 * - `relu`: max(x, 0)
 * - `clip`: min(max(x, 0), upper); ReLU6 is a clip with upper 6
 * - `qcfs`: λ/L·clip(⌊x·L/λ + 1/2⌋, 0, L) with λ = upper and L = levels (quantisation-clip-floor-shift; Bu, Fang, Ding,
 *   Dai, Yu, Huang: Optimal ANN-SNN Conversion for High-accuracy and Ultra-low-latency Spiking Neural Networks,
 *   ICLR 2022, arXiv:2303.04347)
 * - `gelu`: x·Φ(x), with the error function; `silu`: x·σ(x), also called swish; `sigmoid`: σ(x) = 1/(1 + e^(−x))
 */
export type Activation =
  | { readonly kind: 'identity' }
  | { readonly kind: 'relu' }
  | { readonly kind: SmoothActivation }
  | { readonly kind: 'clip'; readonly upper: number }
  | { readonly kind: 'qcfs'; readonly upper: number; readonly levels: number };

/** The activation of one number, in float64. */
export function activate(activation: Activation, x: number): number {
  switch (activation.kind) {
    case 'identity':
      return x;
    case 'relu':
      return Math.max(x, 0);
    case 'gelu':
      return 0.5 * x * (1 + erf(x / Math.SQRT2));
    case 'silu':
      return x / (1 + Math.exp(-x));
    case 'sigmoid':
      return 1 / (1 + Math.exp(-x));
    case 'clip':
      return Math.min(Math.max(x, 0), activation.upper);
    case 'qcfs': {
      const { upper, levels } = activation;
      const level = Math.floor((x * levels) / upper + 0.5);
      return (Math.min(Math.max(level, 0), levels) * upper) / levels;
    }
  }
}

/**
 * Appends an activation as standard operators of opset 11 or newer.
 *
 * @param input float32 tensor of any shape
 * @returns name of the result; the input itself for `identity`
 */
export function addActivationOperators(build: GraphBuilder, activation: Activation, input: string): string {
  const clip = (value: string, upper: number) =>
    build.op('Clip', [value, build.scalar('lower', 0), build.scalar('upper', upper)]);
  switch (activation.kind) {
    case 'identity':
      return input;
    case 'relu':
      return build.op('Relu', [input]);
    case 'gelu': {
      const bell = build.op('Erf', [build.op('Div', [input, build.scalar('root', Math.SQRT2)])]);
      const half = build.op('Mul', [input, build.scalar('half', 0.5)]);
      return build.op('Mul', [half, build.op('Add', [bell, build.scalar('one', 1)])]);
    }
    case 'silu':
      return build.op('Mul', [input, build.op('Sigmoid', [input])]);
    case 'sigmoid':
      return build.op('Sigmoid', [input]);
    case 'clip':
      return clip(input, activation.upper);
    case 'qcfs': {
      const { upper, levels } = activation;
      const scaled = build.op('Mul', [input, build.scalar('scale', levels / upper)]);
      const level = build.op('Floor', [build.op('Add', [scaled, build.scalar('half', 0.5)])]);
      return build.op('Mul', [clip(level, levels), build.scalar('step', upper / levels)]);
    }
  }
}
