import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { structureOf } from '../analysis/source-structure.ts';
import { synapticInputSites } from '../analysis/spike-sites.ts';
import type { Batch } from '../data/load-batch.ts';
import { ladderThresholds } from '../dynamics/ladder.ts';
import { evaluateSource } from '../engines/evaluate-source.fixture.ts';
import { createInGraphEngine } from '../engines/in-graph-engine.ts';
import { createOracleEngine } from '../engines/oracle-engine.ts';
import { planRun } from '../engines/plan-run.ts';
import { createSegmentedEngine } from '../engines/segmented/segmented-engine.ts';
import { evaluate } from '../evaluation/evaluate.ts';
import { toBinarySpikes } from '../exporters/to-binary-spikes.ts';
import { readOnnx } from '../files/read-onnx.ts';
import { writeOnnx } from '../files/write-onnx.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { sizeOf } from '../graph/shape.ts';
import { Tensor } from '../graph/tensor.ts';
import { ecmt } from '../methods/ecmt.ts';
import { multiThreshold } from '../neurons/multi-threshold.ts';
import { chooseWeights, type WeightChoice } from '../quantisation/choose-weights.ts';
import { dequantise, quantiseWeights } from '../quantisers/weight-quantiser.ts';
import { measureSource } from '../sessions/measure-source.ts';
import { weightBitsOf, withFewBitWeights } from '../spiking/few-bit-weights.ts';
import { toSourceForm, toSpikingForm } from '../spiking/spiking-form.ts';
import { readConversionRecord } from './conversion-record.ts';
import { convert } from './convert.ts';

const folder = mkdtempSync(join(tmpdir(), 'few-bits-'));
afterAll(() => rmSync(folder, { recursive: true }));

const wave = (size: number, phase: number) =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(3 * i + phase));
const images = { shape: [6, 2, 5, 5], data: wave(300, 1) };
const steps = 2;

/** Conv → Relu → Gemm → Relu → MatMul by a transposed weight. @param change of the weights by name of the operator */
function network(
  change: (name: string, weight: Tensor, axis: number) => Tensor = (_, weight) => weight,
): Model {
  const graph = new Graph('weights');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 2, 5, 5] }]);
  const build = new GraphBuilder(graph);
  const weight = (name: string, phase: number, axis: number, ...shape: number[]) =>
    build.constant('weight', change(name, Tensor.float32(shape, wave(sizeOf(shape), phase)), axis));
  const first = build.op('Conv', ['x', weight('first', 1, 0, 4, 2, 3, 3)], {}, { name: 'first' });
  const flat = build.op('Flatten', [build.op('Relu', [first])], { axis: 1 });
  const gemm = build.op('Gemm', [flat, weight('gemm', 4, 0, 6, 36)], { transB: 1 }, { name: 'gemm' });
  const turned = build.op('Transpose', [weight('head', 6, 0, 5, 6)], { perm: [1, 0] });
  const head = build.op('MatMul', [build.op('Relu', [gemm]), turned], {}, { name: 'head' });
  graph.setOutputs([{ name: head, dataType: 'float32', shape: ['batch', 5] }]);
  return new Model(graph, 17);
}

const converted = async (source: Model, weights?: WeightChoice) =>
  (await convert(source, { method: ecmt, steps, calibration: () => [images], weights })).model;

async function answer(make: typeof createInGraphEngine | typeof createOracleEngine, model: Model) {
  const engine = await make(planRun(model));
  return Array.from((await engine.run(images).finally(() => engine.close())).logits.data);
}

const difference = (a: readonly number[], b: readonly number[]) =>
  a.reduce((max, value, i) => Math.max(max, Math.abs(value - b[i]!)), 0);

/** Energy after the last step on 8-bit integers: of fetched weights, and of the quantised network. */
async function energyOf(model: Model) {
  async function* batches(): AsyncGenerator<Batch> {
    const ids = Array.from({ length: images.shape[0]! }, (_, i) => `${i}`);
    yield { ids, labels: ids.map(() => undefined), ...images };
  }
  const end = await evaluate({ model, data: { size: 6, batches } });
  if (!end.finished) throw new Error('not finished');
  const { energy } = end.result.steps.at(-1)!;
  const own = energy.full.find(({ device }) => device === '45nm-int8')!;
  return { weights: own.breakdown.weights, quantised: own.nanojoules / energy.quantisedRatio! };
}

describe('convert with weights in few bits', () => {
  let plain: Model;
  let rounded: Model;
  beforeAll(async () => {
    plain = await converted(network());
    rounded = await converted(network(), { bits: 3 });
  });

  it('gives operators that spikes reach these bits, and others 8', () => {
    expect(Object.fromEntries(weightBitsOf(rounded.graph))).toEqual({ first: 8, gemm: 3, head: 8 });
    expect(weightBitsOf(plain.graph).size).toBe(0);
  });

  it('calculates with what the quantiser of weights gives', async () => {
    const bits: Record<string, number> = { first: 8, gemm: 3, head: 8 };
    const change = (name: string, weight: Tensor, axis: number) =>
      dequantise(quantiseWeights(weight, axis, bits[name]!));
    const ladder = {
      neuron: multiThreshold,
      attributes: { levels: 4, base: 2, rule: 'nearest' },
      parameters: ladderThresholds(0.125, 0.125),
    };
    const spiking = (source: Model) => {
      const sites = synapticInputSites(source.graph).map((site) => ({ ...site, ...ladder }));
      return { sites, model: toSpikingForm(source, sites, steps) };
    };
    const { sites, model } = spiking(network());
    const source = await measureSource(structureOf(network()));
    const weights = await chooseWeights(source, sites, { bits: 3 }, undefined, { batchSize: 6 });
    const own = await answer(createOracleEngine, withFewBitWeights(model, weights));
    const byHand = await answer(createOracleEngine, spiking(network(change)).model);
    expect(difference(own, byHand)).toBeLessThan(1e-5);
    expect(difference(own, await answer(createOracleEngine, model))).toBeGreaterThan(0.05);
  });

  it('gives the same in every engine, and after a file', async () => {
    const expected = await answer(createOracleEngine, rounded);
    expect(difference(expected, await answer(createOracleEngine, plain))).toBeGreaterThan(0.05);
    for (const make of [createSegmentedEngine, createInGraphEngine])
      expect(difference(await answer(make, rounded), expected)).toBeLessThan(1e-4);
    const path = join(folder, 'rounded.snn.onnx');
    await writeOnnx(rounded, path);
    const read = await readOnnx(path);
    expect(await answer(createOracleEngine, read)).toEqual(expected);
    expect(readConversionRecord(read)!.weightBits).toEqual([3, 8]);
  });

  it('takes bits by operator, and leaves those alone that are to have the source network’s', async () => {
    const choice = { bits: 'source', operators: { gemm: 5 }, rounding: 'compensating' } as const;
    const { graph } = await converted(network(), choice);
    expect(Object.fromEntries(weightBitsOf(graph))).toEqual({ gemm: 5 });
  });

  it('comes closer to the source network where rounding makes good what it did', async () => {
    const expected = await answer(createOracleEngine, plain);
    const errors = [];
    for (const rounding of ['nearest', 'compensating'] as const) {
      const own = await answer(createOracleEngine, await converted(network(), { bits: 4, rounding }));
      errors.push(Math.hypot(...own.map((value, i) => value - expected[i]!)));
    }
    expect(errors[1]).toBeLessThan(errors[0]!);
  });

  it('is billed for weights of these bits, beside the same quantised network', async () => {
    const [dear, cheap] = await Promise.all([plain, rounded].map(energyOf));
    expect(cheap!.quantised).toBeCloseTo(dear!.quantised, 10);
    expect(cheap!.weights / dear!.weights).toBeGreaterThan(0.3);
    expect(cheap!.weights / dear!.weights).toBeLessThan(0.45);
  });

  it('refuses bits that there are not, and operators that are not there', async () => {
    await expect(converted(network(), { bits: 9 })).rejects.toThrow(
      'bits of weights: expected a whole number from 2 to 8, or source, got 9. Give for example 4',
    );
    await expect(converted(network(), { bits: 4, operators: { x: 4 } })).rejects.toThrow(
      'bits of weights: expected names of synaptic operators of the network, got x. See inspect for the names of operators',
    );
  });

  it('keeps its source network as it was', async () => {
    const source = toSourceForm(rounded);
    expect(source.functions).toEqual([]);
    expect(evaluateSource(source, images)).toEqual(evaluateSource(network(), images));
  });

  it('keeps them where every level of a neuron gets a channel', async () => {
    const binary = await toBinarySpikes(rounded);
    expect(
      difference(await answer(createOracleEngine, binary), await answer(createOracleEngine, rounded)),
    ).toBeLessThan(1e-9);
  });
});
