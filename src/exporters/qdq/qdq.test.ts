import { describe, expect, it } from 'vitest';
import { convert } from '../../conversion/convert.ts';
import { createOracleEngine } from '../../engines/oracle-engine.ts';
import { planRun } from '../../engines/plan-run.ts';
import { randomImages, smallVit } from '../../engines/segmented/small-networks.fixture.ts';
import type { FloatTensor } from '../../graph/float-tensor.ts';
import type { Model } from '../../graph/model.ts';
import { ecmt } from '../../methods/ecmt.ts';
import { methodNamed } from '../../methods/methods.ts';
import { runPasses } from '../../passes/run-passes.ts';
import { standardForm } from '../../passes/standard-form.ts';
import { OrtSession } from '../../sessions/ort-session.ts';
import { sitesOf } from '../../spiking/neuron-node.ts';
import { toSourceForm } from '../../spiking/spiking-form.ts';
import { residualInput, spikingResidual } from '../circuit/residual-network.fixture.ts';
import { qdq } from './qdq.ts';

async function outputOf(model: Model, input: FloatTensor): Promise<Float32Array> {
  const session = await OrtSession.create(model);
  const outputs = await session.run(input).finally(() => session.release());
  const [first] = outputs.values();
  return Float32Array.from(first?.data ?? []);
}

const thresholdsOf = (model: Model) =>
  sitesOf(model).map(({ name, parameters }) => [name, parameters.threshold?.toNumber() ?? 0] as const);

describe('a spiking network in QDQ form', () => {
  it('has the scales of its spikes: converted by them, it has its thresholds again and says the same in the runtime', async () => {
    const steps = 5;
    const spiking = await spikingResidual('ecc', steps);
    const made = (await qdq.make(spiking)) as Model;
    expect(made.functions).toEqual([]);
    expect([...new Set(made.graph.nodes.map(({ opType }) => opType))].sort()).toEqual(
      'Add AveragePool Clip Conv DequantizeLinear Flatten Gemm Identity MatMul Pad QuantizeLinear Relu Slice'.split(
        ' ',
      ),
    );
    const { model: opened } = runPasses(made.clone(), standardForm);
    const again = await convert(opened, {
      method: methodNamed('ecc'),
      preset: 'scales',
      steps,
      calibration: () => [residualInput()],
    });
    const [before, after] = [thresholdsOf(spiking), thresholdsOf(again.model)];
    expect(after.length).toBe(before.length);
    for (const [i, [, threshold]] of before.entries()) expect(after[i]?.[1]).toBeCloseTo(threshold, 4);
    const { logits } = await createOracleEngine(planRun(again.model)).run(residualInput());
    const numbers = await outputOf(made, residualInput());
    for (const [i, value] of logits.data.slice(-numbers.length).entries())
      expect(numbers[i]).toBeCloseTo(value, 3);
  });

  it('keeps the fitted ranges where spikes have other levels, and rounds inputs that are told', async () => {
    const input = randomImages([2, 3, 8, 8]);
    const { model } = await convert(smallVit(), { method: ecmt, steps: 4, calibration: () => [input] });
    const made = (await qdq.make(model, { goldenInput: input })) as Model;
    const count = (form: Model, type: string) =>
      form.graph.nodes.filter(({ opType }) => opType === type).length;
    // The sites, the image, and what enters the classifier.
    expect(count(made, 'QuantizeLinear')).toBe(sitesOf(model).length + 2);
    const [exact, rounded] = [await outputOf(toSourceForm(model), input), await outputOf(made, input)];
    const largest = Math.max(...exact.map(Math.abs));
    const worst = Math.max(...exact.map((value, i) => Math.abs(value - (rounded[i] ?? 0))));
    expect(worst).toBeGreaterThan(0);
    expect(worst / largest).toBeLessThan(0.05);
  });

  it('has int8 weights of 8 or 4 bits, and no others', async () => {
    const spiking = await spikingResidual('rate', 3);
    const made = (await qdq.make(spiking, { weightBits: 4 })) as Model;
    const codes = [...made.graph.initializers].filter(([name]) => name.endsWith('.codes'));
    expect(codes.length).toBe(6);
    for (const [, tensor] of codes) {
      expect(tensor.dataType).toBe('int8');
      expect(Math.max(...tensor.toNumbers().map(Math.abs))).toBe(7);
    }
    await expect(qdq.make(spiking, { weightBits: 16 })).rejects.toThrow(
      'weightBits: expected 4 or 8 bits for qdq, whose weights are int8, got 16. Give another number of bits.',
    );
  });
});
