import { beforeAll, describe, expect, it } from 'vitest';
import {
  convertedPerceptron,
  perceptronInputs,
  smallPerceptron,
} from '../../conformance/small-perceptron.ts';
import { createOracleEngine } from '../../engines/oracle-engine.ts';
import { planRun } from '../../engines/plan-run.ts';
import type { Model } from '../../graph/model.ts';
import { Tensor } from '../../graph/tensor.ts';
import { evaluateModel } from '../../interpreter/evaluate-model.ts';
import { ndArray } from '../../interpreter/nd-array.ts';
import { methodNamed } from '../../methods/methods.ts';
import { sitesOf } from '../../spiking/neuron-node.ts';
import { latencyOf } from '../../spiking/timeline.ts';
import { shortenWindows } from './shorten-windows.ts';

const steps = 4;
const input = perceptronInputs(32, 1);
const batches = () => [input];
let spiking: Model;
beforeAll(async () => {
  ({ model: spiking } = await convertedPerceptron(methodNamed('spike-once'), 'fitted', steps));
});

/** Squared error of the logits of the float64 oracle with `steps` slots, relative to what the network says. */
async function errorOf(model: Model): Promise<number> {
  const { logits } = await createOracleEngine(planRun(model, { steps })).run(input);
  const data = logits.data.subarray(-32 * 3);
  const x = ndArray(input.shape, Float64Array.from(input.data));
  const expected = evaluateModel(smallPerceptron(), new Map([['x', x]])).get('logits')?.data ?? [];
  const sum = (of: (i: number) => number) => Array.from(data, (_, i) => of(i)).reduce((a, b) => a + b, 0);
  return sum((i) => ((data[i] ?? 0) - Number(expected[i])) ** 2) / sum((i) => Number(expected[i]) ** 2);
}

/** With one slot less at one site, whose first slot is worth this share of what it was. */
function oneSlotLess(at: number, share: number): Model {
  const model = spiking.clone();
  const site = sitesOf(model)[at];
  const window = site?.parameters.window?.toNumber() ?? 0;
  model.graph.setInitializer(site?.parameterValues.window ?? '', Tensor.float64([], [window * share]));
  model.graph.setInitializer(site?.parameterValues.slotShare ?? '', Tensor.float64([], [3 / 4]));
  return model;
}

describe('shortenWindows', () => {
  it('takes a slot where the outputs lose least', async () => {
    const { model, latency, errors } = await shortenWindows(spiking, batches, { steps, latency: 11 });
    expect(latency).toBe(11);
    expect(latencyOf(model.graph, sitesOf(model), steps)).toBe(11);
    const all: number[] = [];
    for (const at of [0, 1, 2])
      for (const share of [1, 3 / 4]) all.push(await errorOf(oneSlotLess(at, share)));
    expect(await errorOf(model)).toBeCloseTo(Math.min(...all), 6);
    expect(errors[0]).toBeCloseTo(await errorOf(spiking), 5);
    expect(errors[1]).toBeCloseTo(Math.min(...all), 5);
  });

  it('goes on until a run is as short as it may last, and leaves the network as it was', async () => {
    const told: number[] = [];
    const { slots, model } = await shortenWindows(spiking, batches, {
      steps,
      latency: 6,
      onShortened: (each) => told.push(each),
    });
    expect([...slots.values()].reduce((a, b) => a + b)).toBe(6);
    expect(told).toEqual([11, 10, 9, 8, 7, 6]);
    expect(latencyOf(spiking.graph, sitesOf(spiking), steps)).toBe(12);
    const kept = await shortenWindows(model, batches, { steps, latency: 40 });
    expect(kept.latency).toBe(12);
  });

  it('refuses runs shorter than one slot a window, and neurons that do not spike in slots', async () => {
    await expect(shortenWindows(spiking, batches, { steps, latency: 2 })).rejects.toThrow(
      'latency: expected 3 slots or more, one for each window on the longest way, got 2. Allow a longer run',
    );
    const { model } = await convertedPerceptron(methodNamed('rate'), 'percentile', 4);
    await expect(shortenWindows(model, batches, { steps, latency: 8 })).rejects.toThrow(
      "latency: expected neurons that spike once, in windows of slots, got 'integrate-and-fire' at site",
    );
  });
});
