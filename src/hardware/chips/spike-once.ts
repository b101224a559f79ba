import { defineChip } from '../define-chip.ts';

/**
 * An event-driven accelerator: spikes wait in a queue, each fetches the row of its weights and has it accumulated by the lanes, then the
 * neurons are compared with their thresholds, slot after slot. In closed form, with f synapses a spike and P lanes, an operator takes
 * Σ ⌈f/P⌉ + K·⌈n/P⌉ cycles for K slots (or steps) of n neurons, and fetches as many rows as there are spikes.
 */
export const spikeOnceChip = defineChip({
  name: 'spike-once',
  summary: 'Event queue, weight rows, lanes of accumulators and a sweep of comparators, slot after slot.',
  paper:
    'Srivatsa, Chu, Amornpaisannon, Tavva, Miriyala, Wu, Zhang, Li, Carlson: You Only Spike Once: Improving Energy-Efficient Neuromorphic Inference to ANN-Level Accuracy, 2020, arXiv:2006.09982',
  assumptions: [
    'Layers run one after the other, and the spikes of a slot are accumulated before the neurons of the next are swept.',
    'A spike fetches all weights of its synapses; no weight is kept for another spike.',
    'A lane accumulates one weight a cycle, or updates one neuron.',
    'What no spikes reach is multiplied and accumulated by the same lanes.',
    'The paper’s own pipeline is not public; this one is ours.',
  ],
  run({ events, targets, steps, macs }, { lanes }) {
    const sweep = Math.ceil(targets / lanes);
    let [accumulations, fetches, queueDepth, fetching] = [0, 0, 0, 0];
    for (const arriving of events) {
      queueDepth = Math.max(queueDepth, arriving.length);
      fetches += arriving.length;
      for (const synapses of arriving) {
        accumulations += synapses;
        fetching += Math.ceil(synapses / lanes);
      }
    }
    return {
      cycles: fetching + steps * sweep + Math.ceil(macs / lanes),
      queueDepth,
      fetches,
      accumulations,
      macs,
      updates: steps * targets,
    };
  },
});
