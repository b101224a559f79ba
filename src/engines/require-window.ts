import { counted } from '../counted.ts';
import { RuntimeError } from '../errors.ts';
import { type InputBatch, isNamed } from '../graph/input-batch.ts';
import type { Plan } from './plan-run.ts';

/** @throws RuntimeError if an input over time has another number of steps than are run */
export function requireWindow({ model, overTime, steps, stream }: Plan, batch: InputBatch): void {
  for (const name of overTime.keys()) {
    const alone = model.graph.inputs[0]?.name === name ? batch : undefined;
    const shape = isNamed(batch)
      ? batch.inputs[name]?.shape
      : (alone as { shape?: readonly number[] })?.shape;
    const given = shape?.[1];
    if (given === undefined || given === steps) continue;
    const windows = stream === undefined && given > steps && given % steps === 0;
    throw new RuntimeError({
      where: `input '${name}'`,
      expected: `${counted(steps, 'time-step')} on the axis behind the batch`,
      got: String(given),
      remedy: windows
        ? `Give inputs over ${counted(steps, 'step')}, run ${given} steps, or see them as a stream of windows`
        : `Give inputs over ${counted(steps, 'step')}, or run ${counted(given, 'step')}`,
      means: windows ? ['steps', 'stream'] : ['steps'],
    });
  }
}
