import type { Ladder } from '../../neurons/ladder.ts';
import type { KernelMemory, NeuronRun } from './neuron-kernel.ts';

/** Largest signed level that fits in a byte around 128. */
export const byteTop = 127;

/** The kernel works on blocks of so many neurons. */
const block = 16;

/**
 * Runs rate-coded neurons with base 2 by the fastest kernel, as many as it can.
 *
 * @returns the run of the neurons that are left: fewer than 16, or all of them where more than one output is wanted
 */
export function runPowerLadder({ module }: KernelMemory, run: NeuronRun, ladder: Ladder): NeuronRun {
  const wanted = [run.decoded, run.spikes, run.bytes].filter((address) => address !== 0);
  if (wanted.length !== 1 || run.spikes) return run;
  const count = run.count - (run.count % block);
  const bytes = run.bytes !== 0;
  const { thresholdPositive, thresholdNegative, deadZone } = run.parameters;
  const top = 2 ** (ladder.levels - 1);
  module.powerLadder(
    ladder.rule === 'nearest' ? 1 : 0,
    bytes ? 1 : 0,
    run.means,
    run.meansStride,
    bytes ? run.bytes : run.decoded,
    bytes ? run.stride / 4 : run.stride,
    count,
    run.steps,
    thresholdPositive!,
    thresholdNegative!,
    deadZone!,
    bytes ? Math.min(top, byteTop) : top,
    run.counters,
  );
  const behind = (address: number, size: number) => (address === 0 ? 0 : address + size * count);
  return {
    ...run,
    means: run.means + 4 * count,
    decoded: behind(run.decoded, 4),
    bytes: behind(run.bytes, 1),
    count: run.count - count,
  };
}
