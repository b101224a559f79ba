import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type EngineName, engines } from '../../src/engines/engines.ts';
import { createOracleEngine } from '../../src/engines/oracle-engine.ts';
import { type Plan, planRun } from '../../src/engines/plan-run.ts';
import { spikeTrains, spikeValues } from '../../src/engines/spike-trains.ts';
import { binEvents } from '../../src/events/bin-events.ts';
import { openEvents } from '../../src/files/events/open-events.ts';
import { collectEvents } from '../../src/formats/events/events.ts';
import { readNir } from '../../src/formats/nir/nir-file.ts';
import type { NirGraph } from '../../src/formats/nir/nir-graph.ts';
import { openNetwork } from '../../src/opening/open-network.ts';
import { sitesOf } from '../../src/spiking/neuron-node.ts';
import { hasShared, shared } from './shared-folder.ts';

const fixture = (name: string) => shared('data', 'nir', name);

async function run(
  address: string,
  steps: number,
  input: Float32Array,
  shape: readonly number[],
  name: EngineName | 'oracle',
) {
  const { model } = await openNetwork(address);
  const sites = sitesOf(model);
  const plan: Plan = planRun(model, { steps, keep: spikeValues(sites) });
  const engine = name === 'oracle' ? createOracleEngine(plan) : await engines[name](plan, {});
  const { values, logits } = await engine.run({ shape: [1, steps, ...shape], data: input });
  await engine.close();
  return { logits, trains: spikeTrains(sites, values, steps) };
}

/** Spikes of both populations of the Braille networks by the equations of NIR in steps of dt, in plain float64. */
function brailleLoop(
  { nodes }: NirGraph,
  input: Float32Array,
  steps: number,
  reset: 'subtract' | 'value',
  dt: number,
) {
  const of = (node: string, name: string) => nodes.get(node)?.parameters.get(name)?.data;
  const affine = (node: string, x: ArrayLike<number>) => {
    const [w, b, [out = 0, into = 0]] = [
      of(node, 'weight')!,
      of(node, 'bias'),
      nodes.get(node)!.parameters.get('weight')!.shape,
    ];
    return Array.from({ length: out }, (_, o) => {
      let sum = b?.[o] ?? 0;
      for (let i = 0; i < into; i++) sum += w[o * into + i]! * x[i]!;
      return sum;
    });
  };
  const population = (node: string) => {
    const names = ['tau_syn', 'tau_mem', 'r', 'v_leak', 'v_threshold', 'w_in'] as const;
    const [syn, mem, r, leak, threshold, w] = names.map((name) => of(node, name)!) as Float64Array[];
    const [current, v] = [new Float64Array(r!.length), new Float64Array(r!.length)];
    return (x: readonly number[]) =>
      x.map((arriving, i) => {
        current[i]! += (dt / syn![i]!) * (w![i]! * arriving - current[i]!);
        v[i]! += (dt / mem![i]!) * (leak![i]! - v[i]! + r![i]! * current[i]!);
        const fired = v[i]! > threshold![i]!;
        if (fired) v[i] = reset === 'subtract' ? v[i]! - threshold![i]! : 0;
        return Number(fired);
      });
  };
  const [lif1, lif2] = [population('lif1.lif'), population('lif2')];
  let back = new Array<number>(of('lif1.lif', 'r')!.length).fill(0);
  return Array.from({ length: steps }, (_, t) => {
    const x = input.subarray(12 * t, 12 * t + 12);
    const recurrent = affine('lif1.w_rec', back);
    back = lif1(affine('fc1', x).map((value, i) => value + recurrent[i]!));
    return lif2(affine('fc2', back));
  });
}

describe.skipIf(!hasShared('data', 'nir'))('networks of other frameworks', () => {
  it.each([
    ['braille_noDelay_noBias_subtract.nir', 'subtract'],
    ['braille_noDelay_bias_zero.nir', 'value'],
  ] as const)('with a loop equal a plain loop over the equations: %s', async (name, reset) => {
    const steps = 120;
    const graph = await readNir(readFileSync(fixture(name)), name);
    let state = 7;
    const input = Float32Array.from({ length: 12 * steps }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Number(state / 2 ** 32 < 0.3);
    });
    const expected = brailleLoop(graph, input, steps, reset, 1e-4).flat();
    expect(expected.filter(Boolean).length).toBeGreaterThan(20);
    for (const engine of ['oracle', 'fast'] as const) {
      const { trains } = await run(`${fixture(name)}:reset=${reset}`, steps, input, [12], engine);
      expect(Array.from(trains[0]!.spikes.data)).toEqual(expected);
    }
  });

  it('leaky neurons follow the closed form', async () => {
    // v(t) = R·(1 − (1 − dt/τ)^t) under constant input, until it passes the threshold.
    for (const [name, r, linear] of [
      ['lif_norse.nir', 1, '0'],
      ['lif_rockpool.nir', 24.0197, '0_LinearTorch'],
    ] as const) {
      const graph = await readNir(readFileSync(fixture(name)), name);
      const w = graph.nodes.get(linear)!.parameters.get('weight')!.data[0]!;
      const [steps, x] = [80, 0.25 / (r * w)];
      const first = Math.floor(Math.log(1 - 0.1 / (r * w * x)) / Math.log(1 - 1e-4 / 2.5e-3)) + 1;
      const { trains } = await run(fixture(name), steps, new Float32Array(steps).fill(x), [1], 'oracle');
      const times = Array.from(trains[0]!.spikes.data).flatMap((spike, t) => (spike ? [t + 1] : []));
      expect(times.length).toBeGreaterThan(1);
      expect(times).toEqual(times.map((_, i) => first * (i + 1)));
    }
  });

  it('a convolutional one sees the 4 that a camera saw', async () => {
    const events = await collectEvents(
      (await openEvents(shared('data', 'events', 'sample_nmnist.bin'))).chunks(),
    );
    const frames = binEvents(events, { steps: 300, width: 34, height: 34, duration: 300_000 });
    const { logits } = await run(
      `${fixture('cnn_sinabs.nir')}:reset=subtract`,
      300,
      frames.data,
      [2, 34, 34],
      'fast',
    );
    const counts = Array.from(logits.data.slice(-10), (rate) => Math.round(rate * 300));
    const [best, next] = counts.toSorted((a, b) => b - a);
    expect(counts.indexOf(best!)).toBe(4);
    expect(best).toBeGreaterThan(3 * next!);
  });
});
