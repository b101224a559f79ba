import type { AnyNeuron, Parameters } from '../dynamics/define-neuron.ts';
import { createInGraphEngine } from '../engines/in-graph-engine.ts';
import { createOracleEngine } from '../engines/oracle-engine.ts';
import { type Plan, planRun } from '../engines/plan-run.ts';
import { createSegmentedEngine } from '../engines/segmented/segmented-engine.ts';
import { stepsBetween } from '../graph/first-steps.ts';
import type { InputTensor } from '../graph/input-batch.ts';
import { requireClose } from './check.ts';
import { inputsAwayFromTies, oneSite, width } from './one-site.ts';

const [samples, steps] = [4, 3];

/**
 * Shown currents, a neuron that reads and sends every step by itself says at step t, on every engine, what it would say at that step
 * to an input that were x(t) all the time.
 */
export async function readsCurrents(neuron: AnyNeuron, parameters: Parameters): Promise<void> {
  const film: InputTensor = {
    shape: [samples, steps, width],
    data: inputsAwayFromTies(samples * steps).data as Float32Array,
  };
  const still = createOracleEngine(planRun(oneSite(neuron, 17, parameters, steps)));
  const expected: number[] = [];
  for (let step = 0; step < steps; step++) {
    const { data } = stepsBetween(film, new Set(['x']), step, step + 1) as InputTensor;
    const { logits } = await still.run({ shape: [samples, width], data });
    expected.push(...logits.data.subarray(step * samples * width, (step + 1) * samples * width));
  }
  const plan = planRun(oneSite(neuron, 17, parameters, steps, 'current'));
  const oracle = async (each: Plan) => createOracleEngine(each);
  for (const create of [oracle, createInGraphEngine, createSegmentedEngine]) {
    const engine = await create(plan);
    const { logits } = await engine.run(film).finally(() => engine.close());
    requireClose(logits.data, expected, 1e-5, 'decoded values of inputs that are shown as currents');
  }
}
