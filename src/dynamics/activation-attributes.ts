import { z } from 'zod';
import { type Activation, smoothActivations } from '../analysis/activation.ts';

/**
 * Attributes by which a neuron says which activation function it stands for. They are spread into the schema of a
 * neuron's own attributes, and travel with the model, so that the source network can be restored from it.
 */
export const activationAttributes = {
  /** Kind of the activation. */
  activation: z.enum(['identity', 'relu', 'clip', 'qcfs', ...smoothActivations]).default('relu'),
  /** Upper bound of a clip or QCFS; 0 for the others. */
  activationUpper: z.number().min(0).default(0),
  /** Quantisation levels L of QCFS; 0 for the others. */
  activationLevels: z.int().min(0).default(0),
} as const;

/** The values of {@link activationAttributes}. */
export interface ActivationAttributes {
  readonly activation: Activation['kind'];
  readonly activationUpper: number;
  readonly activationLevels: number;
}

/** An activation as attributes of a neuron. */
export function toActivationAttributes(activation: Activation): ActivationAttributes {
  return {
    activation: activation.kind,
    activationUpper: 'upper' in activation ? activation.upper : 0,
    activationLevels: 'levels' in activation ? activation.levels : 0,
  };
}

/** The activation that a neuron's attributes name. */
export function fromActivationAttributes(attributes: ActivationAttributes): Activation {
  const { activation: kind, activationUpper: upper, activationLevels: levels } = attributes;
  if (kind === 'clip') return { kind, upper };
  if (kind === 'qcfs') return { kind, upper, levels };
  return { kind };
}
