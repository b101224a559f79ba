import { describe, expect, it } from 'vitest';
import { convert } from '../../conversion/convert.ts';
import { createOracleEngine } from '../../engines/oracle-engine.ts';
import { planRun } from '../../engines/plan-run.ts';
import { randomImages, smallVit } from '../../engines/segmented/small-networks.fixture.ts';
import { spikeTrains, spikeValues } from '../../engines/spike-trains.ts';
import { readNir } from '../../formats/nir/nir-file.ts';
import type { Model } from '../../graph/model.ts';
import { ecmt } from '../../methods/ecmt.ts';
import { spikingFromNir } from '../../opening/nir/spiking-from-nir.ts';
import { sitesOf } from '../../spiking/neuron-node.ts';
import { residualInput, spikingResidual } from '../circuit/residual-network.fixture.ts';
import { nir } from './nir.ts';

/** Whether each neuron fires at each step, by site, and what comes out. */
async function run(model: Model) {
  const sites = sitesOf(model);
  const plan = planRun(model, { keep: spikeValues(sites) });
  const { values, logits } = await createOracleEngine(plan).run(residualInput());
  const trains = spikeTrains(sites, values, plan.steps);
  return {
    logits,
    fired: new Map(trains.map(({ site, spikes }) => [site, Array.from(spikes.data, (s) => Number(s !== 0))])),
  };
}

describe('a network as NIR', () => {
  it('is read again as the network that fires the same spikes', async () => {
    const model = await spikingResidual();
    const graph = await readNir((await nir.make(model)) as Uint8Array, 'net.nir');
    const [before, after] = [await run(model), await run(spikingFromNir(graph, 'net.nir'))];
    expect(after.fired).toEqual(before.fired);
    expect(after.logits.shape).toEqual(before.logits.shape);
    for (const [i, value] of before.logits.data.entries()) expect(after.logits.data[i]).toBeCloseTo(value, 5);
  });

  it('has the fields of the NIR package, with numbers for every neuron', async () => {
    const graph = await readNir((await nir.make(await spikingResidual())) as Uint8Array, 'net.nir');
    const fields = new Map(
      [...graph.nodes.values()].map(({ type, parameters }) => [type, [...parameters.keys()].sort()]),
    );
    expect(Object.fromEntries(fields)).toEqual({
      Input: ['shape'],
      Conv2d: ['bias', 'dilation', 'groups', 'input_shape', 'padding', 'stride', 'weight'],
      IF: ['r', 'v_reset', 'v_threshold'],
      SumPool2d: ['kernel_size', 'padding', 'stride'],
      Flatten: ['end_dim', 'input_type', 'start_dim'],
      Affine: ['bias', 'weight'],
      Output: ['shape'],
    });
    const [neurons] = [...graph.nodes.values()].filter(({ type }) => type === 'IF');
    expect(neurons?.parameters.get('v_threshold')?.shape).toEqual([6, 8, 8]);
    expect(neurons?.metadata?.get('reset')).toBe('subtract');
    expect([...graph.nodes.keys()].some((name) => name.includes('/'))).toBe(false);
  });

  it('that it cannot hold is refused with its neurons, and what can', async () => {
    const pictures = randomImages([1, 3, 8, 8]);
    const { model } = await convert(smallVit(), { method: ecmt, steps: 2, calibration: () => [pictures] });
    await expect(nir.make(model)).rejects.toThrow(
      /^nir: only networks of integrate-and-fire neurons with linear operators between have this form; export it as unrolled, or convert a ReLU network by rate:\n {2}- .*neurons 'multi-threshold', which are no integrate-and-fire neurons/,
    );
  });
});
