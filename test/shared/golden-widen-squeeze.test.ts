import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { activationSites } from '../../src/analysis/activation-sites.ts';
import { differentiate } from '../../src/differentiation/differentiate.ts';
import { createOracleEngine } from '../../src/engines/oracle-engine.ts';
import { planRun } from '../../src/engines/plan-run.ts';
import { readNpz } from '../../src/files/read-npz.ts';
import { Graph } from '../../src/graph/graph.ts';
import { GraphBuilder } from '../../src/graph/graph-builder.ts';
import { Model } from '../../src/graph/model.ts';
import { float } from '../../src/graph/node.ts';
import { Tensor } from '../../src/graph/tensor.ts';
import { evaluateModel } from '../../src/interpreter/evaluate-model.ts';
import { withExactConstants } from '../../src/interpreter/exact-constants.ts';
import { type NdArray, ndArray } from '../../src/interpreter/nd-array.ts';
import { lookUp } from '../../src/look-up.ts';
import { chargeAligned } from '../../src/neurons/charge-aligned.ts';
import { nameInputs } from '../../src/passes/name-inputs.ts';
import { removeConstantChannels } from '../../src/passes/remove-constant-channels.ts';
import { widenChannels } from '../../src/passes/widen-channels.ts';
import { addLevels } from '../../src/quantisation/trained/levels.ts';
import { weightForm } from '../../src/quantisation/trained/weight-form.ts';
import { dequantise } from '../../src/quantisers/weight-quantiser.ts';
import { Random } from '../../src/random.ts';
import { neuronSpec } from '../../src/spiking/neuron-node.ts';
import { toSpikingForm } from '../../src/spiking/spiking-form.ts';
import { hasShared, shared } from './shared-folder.ts';

interface Levels {
  readonly levels: number;
  readonly delta: readonly [number, number];
}

interface Meta {
  readonly act1bit: Levels;
  readonly act2bit: Levels;
  readonly act3bit: Levels;
  readonly pact_clip: number;
  readonly angle: { readonly expected: number };
}

describe.skipIf(!hasShared('golden', 'widen-squeeze'))('golden widening and squeezing', () => {
  let arrays: ReadonlyMap<string, NdArray>;
  let meta: Meta;

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

  test.each([1, 2, 3] as const)(
    'activations of %i bits are as many binary channels as they have levels',
    (bits) => {
      const { levels, delta } = meta[`act${bits}bit`];
      const model = network((build, drive) => build.op('Identity', [drive], {}, { name: `sum.${drive}` }));
      widenChannels(model, levels);
      for (const [i, step] of delta.entries()) {
        const drive = `sum.linear${i + 1}`;
        const build = GraphBuilder.behind(model.graph, drive, `bits${i}.`);
        const readers = model.graph.consumersOf(drive);
        const channels = [6, 5][i] ?? 0;
        const thresholds = Array.from(
          { length: levels * channels },
          (_, j) => Math.floor(j / channels) + 0.5,
        );
        const centres = build.constant('thresholds', Tensor.float64([thresholds.length], thresholds));
        const count = build.op('Div', [drive, build.constant('step', Tensor.float64([], [step]))]);
        const bit = build.op('Cast', [build.op('GreaterOrEqual', [count, centres])], { to: 11 });
        const range = build.constant('range', Tensor.float64([], [levels * step]));
        const spike = build.op('Mul', [bit, range]);
        for (const reader of readers) model.graph.setInput(reader, 0, spike);
      }
      expect(deviation(outputOf(model), golden(`act${bits}bit_logits`).data)).toBeLessThan(1e-12);
    },
  );

  test.each([1, 2, 3] as const)(
    'activations of %i bits are charge-aligned neurons at step 2^b − 1',
    async (bits) => {
      const { levels, delta } = meta[`act${bits}bit`];
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
    },
  );

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

  /** Gradients of Σ y·weight by name of what y is made of. */
  async function gradientsOf(
    inputs: readonly string[],
    weight: string,
    make: (build: GraphBuilder) => string,
  ): Promise<{ y: NdArray; of: (name: string) => NdArray }> {
    const graph = new Graph('straight-through');
    const build = new GraphBuilder(graph);
    for (const name of inputs) {
      graph.addInput({ name, dataType: 'float32', shape: [...(arrays.get(name)?.shape ?? [])] });
    }
    const y = make(build);
    graph.setInitializer('weight', tensor(weight));
    build.op('ReduceSum', [build.op('Mul', [y, 'weight'])], { keepdims: 0 }, { name: 'loss' });
    graph.addOutput({ name: 'loss', dataType: 'float32', shape: [] });
    const model = new Model(graph, 20);
    model.graph.setInitializer('weight', Tensor.float32(golden(weight).shape, golden(weight).data));
    const result = await differentiate(model, 'loss', inputs);
    result.model.graph.setInitializer('weight', tensor(weight));
    const given = new Map(inputs.map((name) => [name, arrays.get(name) ?? ndArray([], [meta.pact_clip])]));
    const keep = new Set([y, ...result.gradients.values()]);
    const found = evaluateModel(withExactConstants(result.model), given, { keep });
    return {
      y: lookUp(found, y, 'value'),
      of: (name) => lookUp(found, lookUp(result.gradients, name, 'gradient'), 'value'),
    };
  }

  const place = { shape: [4, 9], axis: 0, opset: 20 };

  test('weights of one bit are signs with a scale a row, and the gradient passes where |w| ≤ 1', async () => {
    const { y, of } = await gradientsOf(['bin_w'], 'bin_grad_out', (build) =>
      weightForm(1).train(build, 'bin_w', place),
    );
    expect(deviation(y.data, golden('bin_wq').data)).toBeLessThan(1e-12);
    expect(deviation(of('bin_w').data, golden('bin_grad_const_scale').data)).toBeLessThan(1e-12);
    expect(deviation(written(1, 'bin_w'), y.data)).toBeLessThan(1e-7);
  });

  test.each([2, 4])('weights of %i bits are those of DoReFa with their gradients', async (bits) => {
    const { y, of } = await gradientsOf(['bin_w'], 'bin_grad_out', (build) =>
      weightForm(bits).train(build, 'bin_w', place),
    );
    expect(deviation(y.data, golden(`dorefa${bits}_wq`).data)).toBeLessThan(1e-12);
    expect(deviation(of('bin_w').data, golden(`dorefa${bits}_grad`).data)).toBeLessThan(1e-12);
    expect(deviation(written(bits, 'bin_w'), y.data)).toBeLessThan(1e-6);
  });

  /** What the whole numbers of a weight stand for. */
  const written = (bits: number, name: string) => {
    const { shape, data } = golden(name);
    return dequantise(weightForm(bits).quantise(Tensor.float32(shape, data), 0)).toNumbers();
  };

  test.each([2, 3])('activations of %i bits are clipped at a bound that is trained', async (bits) => {
    const { y, of } = await gradientsOf(['pact_x', 'clip'], 'pact_grad_out', (build) =>
      addLevels(build, 'pact_x', 'clip', 2 ** bits - 1),
    );
    expect(deviation(y.data, golden(`pact${bits}_y`).data)).toBeLessThan(1e-12);
    expect(deviation(of('pact_x').data, golden('pact_grad_x').data)).toBeLessThan(1e-12);
    expect(deviation(of('clip').data, golden('pact_grad_clip').data)).toBeLessThan(1e-12);
  });

  test('signs of random projections keep angles', () => {
    const random = new Random(7);
    const [u, v] = [golden('angle_u').data, golden('angle_v').data];
    const count = 20000;
    let sum = 0;
    for (let i = 0; i < count; i++) {
      let [a, b] = [0, 0];
      for (let k = 0; k < u.length; k++) {
        const p = random.normal();
        a += p * (u[k] ?? 0);
        b += p * (v[k] ?? 0);
      }
      sum += Math.sign(a) * Math.sign(b);
    }
    expect(Math.abs(sum / count - meta.angle.expected)).toBeLessThan(0.02);
  });
});
