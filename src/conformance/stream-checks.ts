import type { AnyNeuron, Parameters } from '../dynamics/define-neuron.ts';
import { initialState } from '../dynamics/initial-state.ts';
import { runNeuron } from '../dynamics/run-neuron.ts';
import { createInGraphEngine } from '../engines/in-graph-engine.ts';
import { createOracleEngine } from '../engines/oracle-engine.ts';
import { type Plan, planRun } from '../engines/plan-run.ts';
import { createSegmentedEngine } from '../engines/segmented/segmented-engine.ts';
import { Stream } from '../engines/stream.ts';
import { requireClose } from './check.ts';
import { inputsAwayFromTies, oneSite } from './one-site.ts';

const rows = 12;
const [window, windows] = [2, 3];

/** Windows whose averages go on are one long window, on every engine. */
export async function goesOnAsOneWindow(neuron: AnyNeuron, parameters: Parameters): Promise<void> {
  const model = oneSite(neuron, 17, parameters, window * windows);
  const input = inputsAwayFromTies(rows);
  const long = planRun(model);
  const short = planRun(model, { steps: window, stream: 'continued' });
  const oracle = async (plan: Plan) => createOracleEngine(plan);
  for (const create of [oracle, createInGraphEngine, createSegmentedEngine]) {
    const [whole, parts] = [await create(long), await create(short)];
    const { logits: expected } = await whole.run(input).finally(() => whole.close());
    const stream = new Stream(parts);
    const decoded: number[] = [];
    for (let i = 0; i < windows; i++) decoded.push(...(await stream.run(input)).logits.data);
    await parts.close();
    requireClose(decoded, expected.data, 1e-5, 'decoded values of windows whose averages go on');
  }
}

/**
 * What is decoded behind a restart comes of the spikes behind it; and where spikes add up to a charge, they are the ones that the
 * same currents cause without one.
 */
export function restartsAsItSays(neuron: AnyNeuron, parameters: Parameters): void {
  const attributes = neuron.attributes.parse({});
  const [first, second] = [waves(7, 1), waves(9, 4)];
  const whole: number[] = [];
  runNeuron(neuron, attributes, parameters, meansOf([...first, ...second]), (_, spike) => whole.push(spike));
  const means = meansOf(first);
  const end = runNeuron(neuron, attributes, parameters, means, () => undefined);
  const last = { mean: means.at(-1) ?? 0, t: means.length };
  const { state, surplus } = neuron.restart?.(end, last, parameters, attributes) ?? {
    state: initialState(neuron, parameters, attributes),
    surplus: 0,
  };
  let sum = neuron.coding === 'differential' ? neuron.decode(end, last.t) : 0;
  const onStep = (step: number, spike: number, decoded: number): void => {
    sum += spike;
    const expected = { rate: sum / (step + 1), differential: sum, instant: spike }[neuron.coding];
    const got = decoded - surplus / (step + 1);
    requireClose([got], [expected], 1e-9, `decoded value of step ${step + 1} behind a restart`);
    if (neuron.coding === 'rate')
      requireClose(
        [spike],
        [whole[first.length + step] ?? 0],
        1e-9,
        `spike of step ${step + 1} behind a restart`,
      );
  };
  runNeuron(neuron, attributes, parameters, meansOf(second), onStep, { state, elapsed: 0 });
}

function waves(length: number, phase: number): number[] {
  return Array.from({ length }, (_, i) => 1.3 * Math.sin(i + phase));
}

function meansOf(currents: readonly number[]): Float64Array {
  let sum = 0;
  return Float64Array.from(currents, (current, i) => {
    sum += current;
    return sum / (i + 1);
  });
}
