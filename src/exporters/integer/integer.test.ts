import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createOracleEngine } from '../../engines/oracle-engine.ts';
import { planRun } from '../../engines/plan-run.ts';
import type { Circuit } from '../circuit/circuit.ts';
import { residualInput, spikingResidual } from '../circuit/residual-network.fixture.ts';
import { c } from './c.ts';
import { integerNetworkOf } from './integer-network-of.ts';
import { quantiseCircuit } from './quantise-circuit.ts';
import { IntegerTwin } from './run-integer.ts';

const hasCompiler = (() => {
  try {
    execFileSync('gcc', ['--version']);
    return true;
  } catch {
    return false;
  }
})();

/** One neuron that reads one input through one weight. */
function oneNeuron(weight: number, threshold: number): Circuit {
  const base = { shape: [1] };
  const numbers = (value: number) => Float64Array.of(value);
  return {
    steps: 6,
    nodes: [
      { kind: 'input', name: 'x', reads: [], overTime: false, ...base },
      { kind: 'linear', name: 'w', reads: ['x'], from: [1], weight: numbers(weight), ...base },
      {
        kind: 'population',
        name: 'n',
        reads: ['w'],
        threshold: numbers(threshold),
        initialPotential: numbers(0),
        leak: numbers(1),
        fires: 'reaching',
        ...base,
      },
      { kind: 'linear', name: 'v', reads: ['n'], from: [1], weight: numbers(1), ...base },
      { kind: 'output', name: 'y', reads: ['v'], ...base },
    ],
  };
}

describe('a network in whole numbers', () => {
  it('integrates, fires and is lowered as counted by hand', () => {
    // 127 units an input of 1, threshold 254: potentials 127, 254 → 0, …
    const network = quantiseCircuit(oneNeuron(0.5, 1), () => 1);
    const { spikes, outputs, overflows } = new IntegerTwin(network).run(new Map([['x', Int32Array.of(1)]]));
    expect([...(spikes.get('n') ?? [])]).toEqual([0, 1, 0, 1, 0, 1]);
    expect([...(outputs.get('y') ?? [])]).toEqual([0, 127, 127, 254, 254, 381]);
    expect(overflows).toBe(0);
  });

  it('saturates or wraps where an accumulator has no room', () => {
    const run = (overflow: 'saturate' | 'wrap') => {
      const network = quantiseCircuit(oneNeuron(-0.5, 1), () => 1, {
        weightBits: 8,
        accumulatorBits: 9,
        overflow,
      });
      const { spikes, overflows } = new IntegerTwin(network).run(new Map([['x', Int32Array.of(1)]]));
      return { spikes: [...(spikes.get('n') ?? [])], overflows };
    };
    // −127, −254, then −256 for good; or −381 + 512 = 131, 4, −123, −250.
    expect(run('saturate')).toEqual({ spikes: [0, 0, 0, 0, 0, 0], overflows: 4 });
    expect(run('wrap')).toEqual({ spikes: [0, 0, 0, 0, 0, 0], overflows: 1 });
  });

  it('answers nearly as the network that it is of, and says by how much thresholds are rounded', async () => {
    const model = await spikingResidual('rate', 32);
    const goldenInput = residualInput();
    const { network, samples } = await integerNetworkOf(model, 'c', { goldenInput, weightBits: 16 });
    const { logits } = await createOracleEngine(planRun(model)).run(goldenInput);
    const output = network.nodes.find((node) => node.kind === 'output');
    const scale = output?.kind === 'output' ? (output.unit[0] ?? 0) : 0;
    const spread = Math.max(...logits.data) - Math.min(...logits.data);
    for (const [n, { run }] of [...samples()].entries()) {
      const sums = run.outputs.get('logits') ?? new Int32Array(0);
      for (let k = 0; k < 5; k++) {
        const mean = ((sums[31 * 5 + k] ?? 0) * scale) / 32;
        expect(Math.abs(mean - (logits.data[(31 * 3 + n) * 5 + k] ?? 0))).toBeLessThan(0.1 * spread);
      }
    }
    for (const node of network.nodes)
      if (node.kind === 'population') expect(node.thresholdError).toBeLessThan(1e-3);
  });

  it
    .skipIf(!hasCompiler)
    .each([
      [{ weightBits: 8 }],
      [{ weightBits: 4, accumulatorBits: 12 }],
      [{ weightBits: 16, accumulatorBits: 20, overflow: 'wrap' }],
    ] as const)('is the same in C, bit for bit: %o', async (settings) => {
    const folder = mkdtempSync(join(tmpdir(), 'twin-'));
    try {
      const code = (await c.make(await spikingResidual(), {
        goldenInput: residualInput(),
        ...settings,
      })) as Uint8Array;
      writeFileSync(join(folder, 'net.c'), code);
      const flags = [
        '-std=c99',
        '-Wall',
        '-Wextra',
        '-Werror',
        '-pedantic',
        '-fsanitize=undefined',
        '-fno-sanitize-recover',
        '-O1',
        '-DTRANSPIKE_TEST',
      ];
      execFileSync('gcc', [...flags, '-o', join(folder, 'net'), join(folder, 'net.c')]);
      expect(execFileSync(join(folder, 'net'), { encoding: 'utf8' })).toMatch(/^equal, [1-9]\d* spikes\n$/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('has only such numbers of bits as there are', async () => {
    const settings = { goldenInput: residualInput(), accumulatorBits: 40 };
    await expect(c.make(await spikingResidual(), settings)).rejects.toThrow(
      'accumulatorBits: expected 8 to 32 bits, got 40. Give another number of bits.',
    );
  });

  it('needs inputs, from which ranges follow', async () => {
    await expect(c.make(await spikingResidual())).rejects.toThrow(
      "form 'c': expected inputs, which say how far whole numbers reach, and the first of which is the golden one, got none. Give inputs as they go into the network.",
    );
  });
});
