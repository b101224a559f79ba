import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { activationSites } from '../../src/analysis/activation-sites.ts';
import { createOracleEngine } from '../../src/engines/oracle-engine.ts';
import { planRun } from '../../src/engines/plan-run.ts';
import { readNpz } from '../../src/files/read-npz.ts';
import { Graph } from '../../src/graph/graph.ts';
import { GraphBuilder } from '../../src/graph/graph-builder.ts';
import { Model } from '../../src/graph/model.ts';
import { float } from '../../src/graph/node.ts';
import { Tensor } from '../../src/graph/tensor.ts';
import { evaluateModel } from '../../src/interpreter/evaluate-model.ts';
import { type NdArray, ndArray } from '../../src/interpreter/nd-array.ts';
import { lookUp } from '../../src/look-up.ts';
import { chargeAligned } from '../../src/neurons/charge-aligned.ts';
import { nameInputs } from '../../src/passes/name-inputs.ts';
import { removeConstantChannels } from '../../src/passes/remove-constant-channels.ts';
import { widenChannels } from '../../src/passes/widen-channels.ts';
import { neuronSpec } from '../../src/spiking/neuron-node.ts';
import { toSpikingForm } from '../../src/spiking/spiking-form.ts';
import { hasShared, shared } from './shared-folder.ts';

interface Levels {
  readonly levels: number;
  readonly delta: readonly [number, number];
}

describe.skipIf(!hasShared('golden', 'widen-squeeze'))('golden widening and squeezing', () => {
  let arrays: ReadonlyMap<string, NdArray>;
  let meta: Readonly<Record<string, Levels>>;

  beforeAll(async () => {
    const found = await readNpz(shared('golden', 'widen-squeeze', 'data.npz'));
    arrays = new Map(
      [...found].map(([name, { shape, data }]) => [name, ndArray(shape, Float64Array.from(data, Number))]),
    );
    meta = JSON.parse(readFileSync(shared('golden', 'widen-squeeze', 'meta.json'), 'utf8'));
  });

  const golden = (name: string) => lookUp(arrays, name, 'array');
  const tensor = (name: string) => Tensor.float64(golden(name).shape, golden(name).data);

  /** The ReLU network 8→6→5→3 in float64; activations are what `activate` makes of `drive`. */
  function network(activate = (build: GraphBuilder, drive: string) => build.op('Relu', [drive])): Model {
    const graph = new Graph('mlp');
    graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 8] });
    const build = new GraphBuilder(graph);
    const value = [1, 2, 3].reduce((input, i) => {
      const constants = ['w', 'b'].map((kind) => build.constant(`${kind}${i}`, tensor(`${kind}${i}`)));
      const drive = build.op('Gemm', [input, ...constants], { transB: 1 }, { name: `linear${i}` });
      return i < 3 ? activate(build, drive) : drive;
    }, 'x');
    graph.addOutput({ name: value, dataType: 'float32', shape: ['batch', 3] });
    const model = new Model(graph, 17);
    nameInputs(model);
    return model;
  }

  const outputOf = (model: Model, input = 'x') => {
    const [{ name: x = '' } = {}] = model.graph.inputs;
    return evaluateModel(model, { [x]: golden(input) }).get(model.graph.outputs[0]?.name ?? '')?.data ?? [];
  };

  const deviation = (a: ArrayLike<number>, b: ArrayLike<number>) => {
    expect(a.length).toBe(b.length);
    return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? 0))), 0);
  };

  test('copies of channels whose weights are shared among them change nothing, and are the golden ones', () => {
    const model = network();
    widenChannels(model, 2);
    expect(model.graph.initializers.get('w2')?.shape).toEqual([10, 12]);
    expect(deviation(outputOf(model), golden('fp_logits').data)).toBeLessThan(1e-12);
    // New channel j is old channel j mod C there, too, or the copies stand beside each other.
    const map = Array.from(golden('copy_map1').data);
    const order = [...map.keys()].sort((a, b) => (map[a] ?? 0) - (map[b] ?? 0));
    expect(order).toHaveLength(12);
    const w3 = lookUp(model.graph.initializers, 'w3', 'weight').toNumbers();
    const expected = golden('copy_w3');
    const perOld = (numbers: ArrayLike<number>, of: (i: number) => number) =>
      [0, 1, 2, 3, 4].map((old) =>
        Array.from(numbers)
          .slice(0, 10)
          .filter((_, i) => of(i) === old)
          .reduce((sum, each) => sum + each, 0),
      );
    const map2 = golden('copy_map2').data;
    expect(
      deviation(
        perOld(w3, (i) => i % 5),
        perOld(expected.data, (i) => map2[i] ?? 0),
      ),
    ).toBeLessThan(1e-12);
  });

  test.each([1, 2, 3])('activations of %i bits are as many binary channels as they have levels', (bits) => {
    const { levels, delta } = lookUp(new Map(Object.entries(meta)), `act${bits}bit`, 'levels');
    const model = network((build, drive) => build.op('Identity', [drive], {}, { name: `sum.${drive}` }));
    widenChannels(model, levels);
    for (const [i, step] of delta.entries()) {
      const drive = `sum.linear${i + 1}`;
      const build = GraphBuilder.behind(model.graph, drive, `bits${i}.`);
      const readers = model.graph.consumersOf(drive);
      const channels = [6, 5][i] ?? 0;
      const thresholds = Array.from({ length: levels * channels }, (_, j) => Math.floor(j / channels) + 0.5);
      const centres = build.constant('thresholds', Tensor.float64([thresholds.length], thresholds));
      const count = build.op('Div', [drive, build.constant('step', Tensor.float64([], [step]))]);
      const bit = build.op('Cast', [build.op('GreaterOrEqual', [count, centres])], { to: 11 });
      const range = build.constant('range', Tensor.float64([], [levels * step]));
      const spike = build.op('Mul', [bit, range]);
      for (const reader of readers) model.graph.setInput(reader, 0, spike);
    }
    expect(deviation(outputOf(model), golden(`act${bits}bit_logits`).data)).toBeLessThan(1e-12);
  });

  test.each([1, 2, 3])('activations of %i bits are charge-aligned neurons at step 2^b − 1', async (bits) => {
    const { levels, delta } = lookUp(new Map(Object.entries(meta)), `act${bits}bit`, 'levels');
    const model = network();
    const placed = activationSites(model.graph).map((site, i) => ({
      ...site,
      ...neuronSpec(chargeAligned, chargeAligned.attributes.parse({ activation: 'relu' }), {
        threshold: levels * (delta[i] ?? 0),
        kappa: 0.5,
      }),
    }));
    expect(placed).toHaveLength(2);
    const plan = planRun(toSpikingForm(model, placed, levels), { steps: levels });
    const { shape, data } = golden('x');
    const { logits } = await createOracleEngine(plan).run({ shape: [...shape], data });
    const last = Array.from(logits.data).slice(-18);
    expect(deviation(last, golden(`act${bits}bit_logits`).data)).toBeLessThan(1e-12);
  });

  test('channels without a slope go into the next bias', () => {
    const graph = new Graph('squeeze');
    graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 8] });
    const build = new GraphBuilder(graph);
    const constant = (name: string) => build.constant(name, tensor(name));
    const drive = build.op('Gemm', ['x', constant('w1'), constant('b1')], { transB: 1 });
    const parts = ['gamma', 'beta', 'mean', 'var'].map((part) => constant(`squeeze_${part}`));
    const normed = build.op('BatchNormalization', [drive, ...parts]);
    const hidden = build.op('Relu', [normed]);
    const next = build.op('Gemm', [hidden, constant('w2'), constant('b2')], { transB: 1 });
    graph.addOutput({ name: next, dataType: 'float32', shape: ['batch', 5] });
    const model = new Model(graph, 17);
    const before = outputOf(model);
    expect(deviation(before, golden('squeeze_out').data)).toBeLessThan(1e-12);
    expect(removeConstantChannels(model, false)).toBe(2);
    expect(deviation(outputOf(model), before)).toBeLessThan(1e-12);
    expect(model.graph.initializers.get('w2')?.shape).toEqual([5, 4]);
    const bias = model.graph.nodes.at(-1)?.inputs[2] ?? '';
    const moved = lookUp(model.graph.initializers, bias, 'bias').toNumbers();
    expect(deviation(moved, golden('squeeze_next_bias').data)).toBeLessThan(1e-12);
  });

  test('a constant moved into the bias is wrong at the border of a padded convolution, so the channel stays', () => {
    const x = golden('pad_x');
    const constant = x.data[25] ?? 0;
    expect(Array.from(x.data).slice(25)).toEqual(Array(25).fill(constant));
    const network = () => {
      const graph = new Graph('pad');
      graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 2, 5, 5] });
      const build = new GraphBuilder(graph);
      const values = (name: string, ...numbers: number[]) =>
        build.constant(name, Tensor.float64([numbers.length], numbers));
      const passing = build.constant('passing', Tensor.float64([2, 2, 1, 1], [1, 0, 0, 1]));
      const drive = build.op('Conv', ['x', passing]);
      const parts = [
        [1, 0],
        [0, constant],
        [0, 0],
        [1, 1],
      ].map((each, i) => values(`norm${i}`, ...each));
      const normed = build.op('BatchNormalization', [drive, ...parts], { epsilon: float(0) });
      const kernel = build.constant('kernel', tensor('pad_kernel'));
      const y = build.op('Conv', [normed, kernel], { pads: [1, 1, 1, 1] });
      graph.addOutput({ name: y, dataType: 'float32', shape: undefined });
      return new Model(graph, 17);
    };
    const [whole, moved] = [network(), network()];
    expect(deviation(outputOf(whole, 'pad_x'), golden('pad_full').data)).toBeLessThan(1e-12);
    expect(removeConstantChannels(whole, false)).toBe(0);
    expect(removeConstantChannels(moved, true)).toBe(1);
    const errors = Array.from(outputOf(moved, 'pad_x'), (y, i) =>
      Math.abs(y - (golden('pad_full').data[i] ?? 0)),
    );
    expect(Math.max(...errors)).toBeCloseTo(2.604, 3);
    const inside = errors.filter((_, i) => i % 5 > 0 && i % 5 < 4 && i > 4 && i < 20);
    expect(Math.max(...inside)).toBeLessThan(1e-12);
  });
});
