import type { EvaluationResult } from '../results/evaluation-result.ts';

/** What figures call the steps of a run. */
export interface StepWords {
  /** Label of an axis of T. */
  readonly axis: string;
  /** When accuracy is measured. */
  readonly after: string;
  /** Unit of firing rates. */
  readonly rate: string;
  /** Where in a run spikes are counted. */
  readonly during: string;
  /** What a run of T lasts, as a sentence; empty where it is T steps. */
  readonly latency: string;
}

const ofSteps: StepWords = {
  axis: 'time-step T',
  after: 'after each time-step',
  rate: 'spikes a neuron and step',
  during: 'at each time-step',
  latency: '',
};

/** Time-steps go on from each other; of neurons that spike once, T is the slots of a window, and each T a run of its own. */
export function stepWords({ windows }: Pick<EvaluationResult, 'windows'>): StepWords {
  if (windows === null) return ofSteps;
  return {
    axis: 'slots of a window T',
    after: 'in runs of their own with T slots a window',
    rate: 'spikes a neuron',
    during: 'in each run',
    latency: ` A run lasts ${windows} windows, at most ${windows} · T slots.`,
  };
}
