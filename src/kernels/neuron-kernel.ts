import type { Parameters } from '../dynamics/define-neuron.ts';
import type { NeuronRunFields } from './kernel-exports.ts';
import type { KernelModule } from './kernel-module.ts';

/** Where a run of neurons with the same parameters reads and writes; addresses are bytes into the memory. */
export interface NeuronRun<P extends string = string> extends NeuronRunFields {
  /** Running means of step 1, float32. */
  readonly means: number;
  /** Bytes from one step's means to the next; 0: the same means at every step. */
  readonly meansStride: number;
  /** Decoded values of step 1, float32; 0: not wanted. May be the place of the means. */
  readonly decoded: number;
  /** Spikes of step 1, float32; 0: not wanted. */
  readonly spikes: number;
  /** Numbers of spikes of step 1, float32; 0: not wanted. */
  readonly counts: number;
  /** Signed levels of step 1 as uint8 around 128, a quarter of `stride` apart; 0: not wanted. */
  readonly bytes: number;
  /** Bytes from one step's decoded values (or spikes) to the next. */
  readonly stride: number;
  /** Number of neurons, side by side. */
  readonly count: number;
  readonly steps: number;
  readonly parameters: Parameters<P>;
  /** Four int32 for each step: the number of spikes is added to any of them. 16-byte aligned. */
  readonly counters: number;
  /**
   * State before the first step, float32, which that after the last one takes the place of; of each four neurons the variables
   * one after the other, four numbers each. 0: the neurons begin, and nothing is kept.
   */
  readonly state: number;
  /** Steps that came before the first one, which is t = elapsed + 1. */
  readonly elapsed: number;
}

/** The fast form of one neuron: all steps of many neurons in one pass. */
export interface NeuronKernel<A, P extends string = string> {
  /** Name of the neuron. */
  readonly neuron: string;
  /**
   * How many variables a kept state has, for kernels that go on from a given state and keep the last one; the first of them are those of the neuron's
   * definition. Default: it keeps none, and streams take the reference step.
   */
  readonly keptVariables?: number;
  run(module: KernelModule, run: NeuronRun<P>, attributes: A): void;
}

/** A kernel whose attributes and parameters are known to itself alone. */
// biome-ignore lint/suspicious/noExplicitAny: attributes are checked by the neuron's own schema
export type AnyNeuronKernel = NeuronKernel<any, any>;
