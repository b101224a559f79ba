import { describe, expect, it } from 'vitest';
import { convert } from '../conversion/convert.ts';
import { rate } from '../methods/rate.ts';
import { integrateAndFire } from '../neurons/integrate-and-fire.ts';
import { sitesOf } from '../spiking/neuron-node.ts';
import { addressEvents } from './address-events.ts';
import { engines } from './engines.ts';
import { createOracleEngine } from './oracle-engine.ts';
import { type Engine, planRun } from './plan-run.ts';
import { randomImages, smallCnn } from './segmented/small-networks.fixture.ts';
import { joinTrains, type SpikeTrain, spikeTrains, spikeValues } from './spike-trains.ts';

const steps = 4;

async function network() {
  const images = randomImages([3, 2, 9, 9]);
  const { model } = await convert(smallCnn(), {
    method: rate,
    steps,
    calibration: () => [images],
  });
  return { model, images };
}

describe('the spikes of every site', async () => {
  const { model, images } = await network();
  const sites = sitesOf(model);
  const plan = planRun(model, { keep: spikeValues(sites), statistics: true });
  const run = async (make: (plan: ReturnType<typeof planRun>) => Promise<Engine> | Engine) => {
    const engine = await make(plan);
    const result = await engine.run(images);
    await engine.close();
    return { trains: spikeTrains(sites, result.values, steps), result };
  };

  it('are the same on every engine, and as many as are counted', async () => {
    const oracle = await run(createOracleEngine);
    for (const name of ['fast', 'in-graph'] as const) {
      const { trains, result } = await run((each) => engines[name](each, {}));
      expect(trains.map(({ spikes }) => spikes.shape)).toEqual(
        oracle.trains.map(({ spikes }) => spikes.shape),
      );
      for (const [i, { spikes }] of trains.entries()) {
        expect(fired(spikes.data)).toEqual(fired(oracle.trains[i]!.spikes.data));
      }
      for (const { site, spikes } of trains) {
        const counted = result.activity?.spikes[site]?.reduce((a, b) => a + b);
        expect(fired(spikes.data)).toHaveLength(counted ?? Number.NaN);
      }
    }
    expect(oracle.trains.map(({ site }) => site)).toEqual(sites.map(({ name }) => name));
    expect(sites[0]!.neuron).toBe(integrateAndFire);
  });

  it('are rebuilt from their address events', async () => {
    const { trains } = await run(createOracleEngine);
    for (const train of trains) expect(dense(train)).toEqual(Float32Array.from(train.spikes.data));
  });

  it('of several batches stand input after input', async () => {
    const { trains } = await run(createOracleEngine);
    const parts = [trains, trains];
    for (const [i, { spikes }] of joinTrains(parts).entries()) {
      const [t = 0, n = 0, ...rest] = trains[i]!.spikes.shape;
      expect(spikes.shape).toEqual([t, 2 * n, ...rest]);
      const row = trains[i]!.spikes.data.length / t;
      expect(spikes.data.slice(row, 2 * row)).toEqual(trains[i]!.spikes.data.slice(0, row));
    }
  });
});

/** Places of the spikes. */
function fired(data: ArrayLike<number>): number[] {
  return Array.from(data).flatMap((value, i) => (value === 0 ? [] : [i]));
}

function dense(train: SpikeTrain): Float32Array {
  const { input, step, address, value, shape } = addressEvents(train);
  const neurons = shape.reduce((a, b) => a * b, 1);
  const inputs = train.spikes.shape[1]!;
  const all = new Float32Array(train.spikes.data.length);
  for (const [i, n] of input.entries())
    all[((step[i]! - 1) * inputs + n) * neurons + address[i]!] = value[i]!;
  return all;
}
