import { expect, it } from 'vitest';
import { createOracleEngine } from '../engines/oracle-engine.ts';
import { planRun } from '../engines/plan-run.ts';
import { runStream } from '../engines/stream.ts';
import { evaluateModel } from '../interpreter/evaluate-model.ts';
import { ndArray } from '../interpreter/nd-array.ts';
import { lookUp } from '../look-up.ts';
import { Random } from '../random.ts';
import { eventHybridNetwork } from '../training/networks/event-hybrid.ts';
import { stepMilliseconds } from './step-milliseconds.ts';
import { toHybridForm } from './to-hybrid-form.ts';

const [batch, steps, interval, classes] = [2, 6, 2, 5] as const;
const shape = { channels: 2, height: 8, width: 10, steps, classes };

function network(more: object) {
  const settings = eventHybridNetwork.settings.parse({
    kind: 'event-hybrid',
    stages: [[6], [8, 8]],
    hidden: [6],
    interval,
    leak: 0.8,
    ...more,
  });
  const { tensors, config } = eventHybridNetwork.initialise(settings, shape, new Random(3));
  const { model, problems } = eventHybridNetwork.architecture
    .recognise(config, tensors, 'config.json')
    .build();
  expect(problems).toEqual([]);
  return { settings, model, tensors };
}

const random = new Random(7);
const events = Float32Array.from({ length: batch * steps * 2 * 8 * 10 }, () => random.integer(3));

/** Answers [N, intervals, classes] of the graph that is trained, with the running statistics. */
function trained(more: object): number[] {
  const { settings, model } = network(more);
  eventHybridNetwork.overTime?.layOut(model, settings, { batchSize: batch, steps });
  const x = ndArray([batch, steps, 2, 8, 10], Float64Array.from(events));
  return Array.from(lookUp(evaluateModel(model, new Map([['x', x]])), 'logits', 'output').data, Number);
}

it.each([
  ['everything before the border', {}],
  ['dense connections', { dense: true }],
  ['the border moved forward', { border: 1 }],
  ['hidden layers before the border', { border: 4 }],
  ['boxes of two scales', { tells: 'boxes', border: 1 }],
])('answers as the graph that was trained: %s', async (_, more) => {
  const { model } = network(more);
  const engine = await createOracleEngine(
    planRun(toHybridForm(model, interval, 20), { stream: 'restarted' }),
  );
  const { outputs } = await runStream(engine, { shape: [batch, steps, 2, 8, 10], data: events });
  const { data } = lookUp(outputs, 'logits', 'output');
  const wanted = trained(more);
  expect(new Set(wanted.map((each) => each.toFixed(6))).size).toBeGreaterThan(10);
  const size = (wanted.length * interval) / (batch * steps);
  for (let sample = 0; sample < batch; sample++)
    for (let at = 0; at < steps / interval; at++)
      for (let k = 0; k < size; k++) {
        // The answer of an interval is the one at its last step.
        const ours = data[((at * interval + interval - 1) * batch + sample) * size + k] ?? Number.NaN;
        expect(ours).toBeCloseTo(wanted[(sample * (steps / interval) + at) * size + k] ?? 0, 5);
      }
});

it('leaves a network without neurons one of frames', () => {
  const { model } = network({ border: 0 });
  const form = toHybridForm(model, interval, 20);
  const { graph } = form;
  expect(stepMilliseconds(form)).toBe(20);
  expect(stepMilliseconds(model)).toBeUndefined();
  expect(graph.nodes.filter(({ domain }) => domain === 'transpike')).toEqual([]);
  expect(graph.inputs[0]?.shape).toEqual(['batch', 'transpike.steps', 2, 8, 10]);
});
