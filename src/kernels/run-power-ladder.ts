import type { Ladder } from '../dynamics/ladder.ts';
import type { KernelMemory, NeuronRun } from './neuron-kernel.ts';

/** Largest signed level that fits in a byte around 128. */
export const byteTop = 127;

/** The kernels work on blocks of so many neurons. */
const block = 16;

/**
 * Runs rate-coded neurons with base 2 by the fastest kernel, as many as it can: where only decoded values are wanted,
 * and where only levels are wanted of neurons with one threshold for both signs.
 *
 * @returns the run of the neurons that are left: fewer than 16, or all of them
 */
export function runPowerLadder({ module }: KernelMemory, run: NeuronRun, ladder: Ladder): NeuronRun {
  const { thresholdPositive, thresholdNegative, deadZone } = run.parameters;
  const nearest = ladder.rule === 'nearest';
  const top = 2 ** (ladder.levels - 1);
  const count = run.count - (run.count % block);
  const { means, meansStride, decoded, spikes, bytes, stride, steps, counters } = run;
  if (decoded && !spikes && !bytes) {
    const fire = nearest ? module.powerLadderNearest : module.powerLadderFloor;
    fire(
      means,
      meansStride,
      decoded,
      stride,
      count,
      steps,
      thresholdPositive!,
      thresholdNegative!,
      deadZone!,
      top,
      counters,
    );
    return { ...run, means: means + 4 * count, decoded: decoded + 4 * count, count: run.count - count };
  }
  if (bytes && !spikes && !decoded && thresholdPositive === thresholdNegative) {
    const fire = nearest ? module.levelBytesNearest : module.levelBytesFloor;
    fire(
      means,
      meansStride,
      bytes,
      stride / 4,
      count,
      steps,
      thresholdPositive!,
      deadZone!,
      Math.min(top, byteTop),
      counters,
    );
    return { ...run, means: means + 4 * count, bytes: bytes + count, count: run.count - count };
  }
  return run;
}
