import { firingBoundaries, type Ladder, ladderLevels } from '../dynamics/ladder.ts';
import { differentialMultiThreshold } from '../neurons/differential-multi-threshold.ts';
import { multiThreshold } from '../neurons/multi-threshold.ts';
import { defineKernel, type KernelMemory, type NeuronRun } from './neuron-kernel.ts';
import { runArguments } from './run-arguments.ts';
import { byteTop, runPowerLadder } from './run-power-ladder.ts';

/**
 * Multi-threshold neurons. With base 2 the level comes from the exponent bits of the potential; any other base scans
 * the ladder. The order of operations is that of the lowering, so that both round alike: the potential is multiplied with
 * the reciprocal of the threshold. Where it lies within one rounding of a boundary, the reference step may fire the
 * neighbouring level.
 */
export const multiThresholdKernel = defineKernel<Ladder>({
  neuron: multiThreshold.name,
  run: (memory, run, ladder) => fire(memory, run, ladder, 0),
});

/** The same with differential coding. */
export const differentialMultiThresholdKernel = defineKernel<Ladder>({
  neuron: differentialMultiThreshold.name,
  run: (memory, run, ladder) => fire(memory, run, ladder, Math.max(1, Math.ceil(run.parameters.onset!))),
});

/** @param firstStep first step of differential coding; 0: running means */
function fire(memory: KernelMemory, run: NeuronRun, ladder: Ladder, firstStep: number): void {
  if (ladder.base === 2)
    runPowersOfTwo(memory, firstStep > 0 ? run : runPowerLadder(memory, run, ladder), ladder, firstStep);
  else runLadder(memory, run, ladder, firstStep);
}

function runPowersOfTwo({ module }: KernelMemory, run: NeuronRun, ladder: Ladder, firstStep: number): void {
  const { thresholdPositive, thresholdNegative, deadZone } = run.parameters;
  const top = 2 ** (ladder.levels - 1);
  module.multiThreshold(
    firstStep,
    ladder.rule === 'nearest' ? 1 : 0,
    run.means,
    run.meansStride,
    run.decoded,
    run.spikes,
    run.bytes,
    run.stride,
    run.count,
    run.steps,
    thresholdPositive!,
    thresholdNegative!,
    deadZone!,
    run.bytes ? Math.min(top, byteTop) : top,
    run.counters,
  );
}

function runLadder(memory: KernelMemory, run: NeuronRun, ladder: Ladder, firstStep: number): void {
  const { thresholdPositive, thresholdNegative, deadZone } = run.parameters;
  const table = tableOf(ladder);
  new Float32Array(memory.memory.buffer, memory.table, table.length).set(table);
  const above = ladder.levels - 1;
  memory.module.multiThresholdLadder(
    firstStep,
    memory.table,
    memory.table + 4 * above,
    above,
    ...runArguments(run),
    thresholdPositive!,
    thresholdNegative!,
    deadZone!,
    run.counters,
  );
}

const tables = new WeakMap<Ladder, Float32Array>();

/** Boundaries and levels above the lowest, one after the other; kept, since a site may be run in many short stretches. */
function tableOf(ladder: Ladder): Float32Array {
  const known = tables.get(ladder);
  if (known) return known;
  const made = Float32Array.from([...firingBoundaries(ladder), ...ladderLevels(ladder).slice(1)]);
  tables.set(ladder, made);
  return made;
}
