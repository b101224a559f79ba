import { z } from 'zod';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { Report } from './problem-line.ts';

/** `activation` of a config.json: what stands in the place of each ReLU. */
export const cnnActivation = z.object({
  kind: z.literal('qcfs'),
  /** Number of steps L of the staircase. */
  levels: z.int().min(1),
  /** Trained threshold λ of each activation by its name in the network. */
  thresholds: z.record(z.string(), z.number().positive()),
});

/** Trained quantisation clip-floor-shift activations. */
export type CnnActivation = z.infer<typeof cnnActivation>;

/** Reports activations of the network without a threshold, and thresholds without an activation. */
export function compareActivations(
  activation: CnnActivation | undefined,
  names: readonly string[],
  report: Report,
): void {
  if (!activation) return;
  const given = Object.keys(activation.thresholds);
  const differing = [
    ...names.filter((name) => !given.includes(name)).map((name) => `none for '${name}'`),
    ...given.filter((name) => !names.includes(name)).map((name) => `one for '${name}', which is not there`),
  ];
  for (const got of differing) {
    report({
      where: `'activation.thresholds'`,
      expected: 'one threshold for each activation of the network',
      got,
      remedy: 'Use the config.json that belongs to the weights',
    });
  }
}

/**
 * Appends an activation: ReLU, or y = λ·clip(⌊x·L/λ + ½⌋, 0, L)/L where the checkpoint has trained thresholds.
 *
 * Bu, Fang, Ding, Dai, Yu, Huang: Optimal ANN-SNN Conversion for High-accuracy and Ultra-low-latency Spiking Neural
 * Networks, ICLR 2022, arXiv:2303.04347.
 *
 * @param name name of the activation and of its value
 */
export function addCnnActivation(
  builder: GraphBuilder,
  activation: CnnActivation | undefined,
  name: string,
  input: string,
): string {
  if (!activation) return builder.op('Relu', [input], {}, { name });
  const threshold = builder.scalar(`${name}.threshold`, activation.thresholds[name]!);
  const levels = builder.scalar(`${name}.levels`, activation.levels);
  const [zero, half] = [builder.scalar(`${name}.zero`, 0), builder.scalar(`${name}.half`, 0.5)];
  const scaled = builder.op('Mul', [builder.op('Div', [input, threshold]), levels]);
  const level = builder.op('Floor', [builder.op('Add', [scaled, half])]);
  const clipped = builder.op('Clip', [level, zero, levels]);
  return builder.op('Mul', [builder.op('Div', [clipped, levels]), threshold], {}, { name });
}
