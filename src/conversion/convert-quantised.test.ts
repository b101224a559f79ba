import { describe, expect, it } from 'vitest';
import { engines } from '../engines/engines.ts';
import { planRun } from '../engines/plan-run.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { sizeOf } from '../graph/shape.ts';
import { Tensor } from '../graph/tensor.ts';
import { methodNamed } from '../methods/methods.ts';
import { numbers } from '../passes/compare-in-runtime.fixture.ts';
import { runPasses } from '../passes/run-passes.ts';
import { standardForm } from '../passes/standard-form.ts';
import { OrtSession } from '../sessions/ort-session.ts';
import { convert } from './convert.ts';

/** x → QDQ → Gemm → QDQ → Relu → Gemm → QDQ → Gemm → QDQ → Gemm, with weights of 8 bits, as tools for quantisation write it. */
function quantisedNetwork(): Model {
  const graph = new Graph('quantised');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 6] }]);
  const build = new GraphBuilder(graph);
  const bytes = (type: 'int8' | 'uint8', shape: readonly number[], values: readonly number[]) =>
    build.constant('bytes', new Tensor(type, shape, { kind: 'memory', bytes: Uint8Array.from(values) }));
  const quantise = (value: string, scale: number, type: 'int8' | 'uint8', zero: number) => {
    const pair = [build.scalar('scale', scale), bytes(type, [], [zero])];
    return build.op('DequantizeLinear', [build.op('QuantizeLinear', [value, ...pair]), ...pair]);
  };
  const linear = (value: string, into: number, out: number) => {
    const whole = numbers(into * out, into + out).map((each) => Math.round(each * 127));
    const pair = [bytes('int8', [into, out], whole), build.scalar('scale', 0.0071)];
    const bias = build.constant('bias', Tensor.float32([out], numbers(out, 3)));
    return build.op('Gemm', [value, build.op('DequantizeLinear', pair), bias]);
  };
  const first = quantise(linear(quantise('x', 0.011, 'uint8', 121), 6, 16), 0.023, 'int8', 250);
  const second = quantise(linear(build.op('Relu', [first]), 16, 16), 0.031, 'uint8', 131);
  const third = quantise(linear(second, 16, 12), 0.037, 'int8', 3);
  build.op('Identity', [linear(third, 12, 5)], {}, { name: 'logits' });
  graph.setOutputs([{ name: 'logits', dataType: 'float32', shape: ['batch', 5] }]);
  return new Model(graph, 17);
}

const inputs: FloatTensor = { shape: [32, 6], data: Float32Array.from(numbers(sizeOf([32, 6]), 9)) };

async function outputsOf(model: Model): Promise<FloatTensor> {
  const session = await OrtSession.create(model, { optimise: 'none' });
  const outputs = await session.run(inputs).finally(() => session.release());
  return outputs.get('logits')!;
}

/** Largest difference of the last step's logits from those that the quantised network gives, relative to the largest one. */
async function extraError(method: string, preset: string | undefined, steps: number): Promise<number> {
  const source = quantisedNetwork();
  const { model } = runPasses(source, standardForm);
  const options = { method: methodNamed(method), steps, calibration: () => [inputs] };
  const converted = await convert(model, { ...options, ...(preset && { preset }) });
  const engine = await engines.fast(planRun(converted.model), {});
  const { logits } = await engine.run(inputs).finally(() => engine.close());
  const { data } = await outputsOf(source);
  const last = logits.data.subarray(-data.length);
  const largest = Math.max(...Array.from(data, Math.abs));
  return Math.max(...Array.from(data, (value, i) => Math.abs(value - last[i]!))) / largest;
}

describe('the preset scales', () => {
  it.each([
    ['few-spikes', 1],
    ['differential', 16],
  ])(
    '%s gives what the quantised network gives, without an error of its own, at T = %i',
    async (method, steps) => {
      expect(await extraError(method, 'scales', steps)).toBeLessThan(1e-5);
      // What the steps of the integers are worth: other thresholds do not hit them.
      expect(await extraError(method, undefined, steps)).toBeGreaterThan(1e-3);
    },
  );

  it('is refused for a network that is not quantised', async () => {
    const { model } = runPasses(quantisedNetwork(), standardForm);
    model.metadata.clear();
    const task = convert(model, {
      method: methodNamed('few-spikes'),
      preset: 'scales',
      steps: 1,
      calibration: () => [inputs],
    });
    await expect(task).rejects.toThrow(
      "preset 'scales' of method 'few-spikes': expected a network quantised by QuantizeLinear and DequantizeLinear, whose scales become thresholds, got one with no scale at any of its 2 spike sites. Take the preset bits-6, or give the quantised network.",
    );
  });
});
