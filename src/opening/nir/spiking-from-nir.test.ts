import { describe, expect, it } from 'vitest';
import { createOracleEngine } from '../../engines/oracle-engine.ts';
import { planRun } from '../../engines/plan-run.ts';
import {
  type NirArray,
  type NirGraph,
  type NirNode,
  nirFloats,
  nirIntegers,
} from '../../formats/nir/nir-graph.ts';
import { nirAddress } from './nir-address.ts';
import { spikingFromNir } from './spiking-from-nir.ts';

const made = (type: string, parameters: Readonly<Record<string, NirArray>> = {}): NirNode => ({
  type,
  parameters: new Map(Object.entries(parameters)),
});

const neuron = (values: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, nirFloats([1], [value])]));

function chain(...nodes: readonly NirNode[]): NirGraph {
  const all = [
    made('Input', { shape: nirIntegers([1]) }),
    ...nodes,
    made('Output', { shape: nirIntegers([1]) }),
  ];
  return {
    version: '1.0.6',
    nodes: new Map(all.map((each, i) => [`n${i}`, each])),
    edges: all.slice(1).map((_, i) => [`n${i}`, `n${i + 1}`] as const),
  };
}

async function firedAt(graph: NirGraph, input: readonly number[], options = {}): Promise<number[]> {
  const plan = planRun(spikingFromNir(graph, 'net.nir', { ...options, steps: input.length }));
  const { logits } = await createOracleEngine(plan).run({
    shape: [1, input.length, 1],
    data: Float64Array.from(input),
  });
  const sums = Array.from(logits.data, (mean, t) => Math.round(mean * (t + 1)));
  return sums.flatMap((sum, t) => (sum > (sums[t - 1] ?? 0) ? [t + 1] : []));
}

describe('a NIR graph', () => {
  const integrate = made('IF', neuron({ r: 1, v_threshold: 1 }));

  it('fires above its threshold, not at it, and is reset as is said', async () => {
    // Two steps reach 1, three exceed it; 1.5 is left over, or nothing is.
    const input = [0.5, 0.5, 0.5, 0.5, 0.5, 0.5];
    expect(await firedAt(chain(integrate), input)).toEqual([3, 6]);
    expect(await firedAt(chain(integrate), input, { reset: 'subtract' })).toEqual([3, 5]);
    const { metadata: _, ...plain } = integrate;
    const said = { ...plain, metadata: new Map([['reset', 'subtract']]) };
    expect(await firedAt(chain(said), input)).toEqual([3, 5]);
  });

  it('leaks in steps of dt', async () => {
    // v = 1 − 0.5^t under input 1 exceeds 0.9 at step 4.
    const leaky = made('LIF', neuron({ r: 1, tau: 2e-3, v_leak: 0, v_threshold: 0.9 }));
    expect(await firedAt(chain(leaky), [1, 1, 1, 1, 1], { dt: 1e-3 })).toEqual([4]);
    expect(() => spikingFromNir(chain(leaky), 'net.nir', { dt: 1 })).toThrow(
      "net.nir: node 'n1' (LIF): expected 'tau' of at least a step of 1 s, got 0.002 s. Give the length of a step: network.nir:dt=SECONDS.",
    );
  });

  it('that has no such form is refused with what is in the way', () => {
    expect(() =>
      spikingFromNir(chain(made('Delay', { delay: nirFloats([1], [1]) }), integrate), 'net.nir'),
    ).toThrow(
      /^net\.nir: node 'n1' \(Delay\): expected one of Linear, .*CubaLIF, got Delay\. Write the network with these alone\.$/,
    );
    const graph = chain(integrate, made('IF', neuron({ r: 1, v_threshold: 1 })));
    const looped = { ...graph, edges: [...graph.edges, ['n2', 'n1'] as const] };
    expect(() => spikingFromNir(looped, 'net.nir')).toThrow(
      'net.nir: expected loops from one population through Linear, Affine or Scale back to it, got another loop, at n1, n2, n3. Write the network in such a form.',
    );
    expect(() => spikingFromNir({ ...graph, edges: [['n0', 'gone']] }, 'net.nir')).toThrow(
      "net.nir: edges: expected nodes that are there, got 'gone'. Write the network in such a form.",
    );
    expect(() => spikingFromNir(chain(made('IF', neuron({ r: 1 }))), 'net.nir')).toThrow(
      "net.nir: node 'n1' (IF): expected parameter 'v_threshold', got none. Write the network with the NIR package.",
    );
  });

  it('has an address that says what the file does not', () => {
    expect(nirAddress('a/net.nir:dt=0.001,reset=subtract,steps=9')).toEqual({
      path: 'a/net.nir',
      options: { dt: 0.001, reset: 'subtract', steps: 9 },
    });
    expect(nirAddress('net.onnx')).toBeUndefined();
    expect(() => nirAddress('net.nir:dt=0')).toThrow(
      "net.nir:dt=0: expected dt=SECONDS, steps=T, or reset=subtract or value behind the name of the file, got 'dt=0'. Give for example network.nir:dt=0.001,reset=subtract.",
    );
  });
});
