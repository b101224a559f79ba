import { firingBoundaries, ladderLevels } from '../dynamics/ladder.ts';
import { type BurstAttributes, burst } from '../neurons/burst.ts';
import { defineKernel, type KernelMemory, type NeuronRun } from './neuron-kernel.ts';
import { countingRunArguments } from './run-arguments.ts';

/** Burst neurons, four at a time: each spike scans the ladder. */
export const burstKernel = defineKernel<BurstAttributes>({
  neuron: burst.name,
  run(memory, run, choices) {
    const deadZone = run.parameters.deadZone!;
    const boundaries = [deadZone, ...firingBoundaries(choices)].map((each) => Math.max(each, deadZone));
    runBurst(memory, run, { boundaries, levels: ladderLevels(choices), spikes: choices.spikes });
  },
});

/** What a neuron scans for each of its spikes; in units of the threshold, ascending. */
export interface ScannedLevels {
  /** Smallest potential at which each level fires. */
  readonly boundaries: readonly number[];
  readonly levels: readonly number[];
  /** Spikes that one step can hold at most. */
  readonly spikes: number;
}

/** Runs neurons with a threshold for each sign that scan their levels. */
export function runBurst(
  { memory, module, table }: KernelMemory,
  run: NeuronRun,
  { boundaries, levels, spikes }: ScannedLevels,
): void {
  const { thresholdPositive, thresholdNegative } = run.parameters;
  const firing = new Float32Array(memory.buffer, table, boundaries.length);
  firing.set(boundaries);
  const amplitudes = new Float32Array(memory.buffer, table + firing.byteLength, levels.length);
  amplitudes.set(levels);
  module.burst(
    firing.byteOffset,
    amplitudes.byteOffset,
    levels.length,
    spikes,
    ...countingRunArguments(run),
    thresholdPositive!,
    thresholdNegative!,
    run.counters,
  );
}
