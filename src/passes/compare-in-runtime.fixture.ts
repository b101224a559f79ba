import { expect } from 'vitest';
import type { Pass } from '../graph/define-pass.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { sizeOf } from '../graph/shape.ts';
import { Tensor } from '../graph/tensor.ts';
import { OrtSession } from '../sessions/ort-session.ts';
import { runPasses } from './run-passes.ts';

/** Numbers that look random, between −1 and 1, and are always the same. */
export function numbers(count: number, seed: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.sin((i + 1) * 12.9898 + seed * 7.31));
}

/** A float32 constant of such numbers. */
export function weight(build: GraphBuilder, name: string, shape: readonly number[]): string {
  return build.constant(name, Tensor.float32(shape, numbers(sizeOf(shape), name.length + sizeOf(shape))));
}

/** A network with inputs of fixed shapes by name; the body returns the names of its outputs. */
export function networkOf(
  inputs: Readonly<Record<string, readonly number[]>>,
  body: (build: GraphBuilder) => readonly string[],
  opset = 17,
): Model {
  const graph = new Graph('net');
  graph.setInputs(Object.entries(inputs).map(([name, shape]) => ({ name, dataType: 'float32', shape })));
  const outputs = body(new GraphBuilder(graph));
  graph.setOutputs(outputs.map((name) => ({ name, dataType: 'float32', shape: undefined })));
  const model = new Model(graph, opset);
  model.opsets.set('com.microsoft', 1);
  return model;
}

/** What ONNX Runtime gives for inputs that look random. */
async function runtimeOutputs(model: Model): Promise<FloatTensor[]> {
  const session = await OrtSession.create(model, { optimise: 'none' });
  try {
    const inputs = model.graph.inputs.map(({ name, shape }, i): [string, FloatTensor] => {
      const lengths = shape as number[];
      return [name, { shape: lengths, data: Float32Array.from(numbers(sizeOf(lengths), i + 1)) }];
    });
    const outputs = await session.run(new Map(inputs));
    return model.graph.outputs.map(({ name }) => outputs.get(name)!);
  } finally {
    await session.release();
  }
}

/**
 * Runs passes over a network and expects ONNX Runtime to give the same numbers, up to rounding, for the original and the result.
 *
 * @returns the result
 */
export async function expectSameNumbers(
  source: Model,
  passes: readonly Pass[],
  tolerance = 1e-5,
): Promise<Model> {
  const { model } = runPasses(source, passes);
  const [expected, got] = [await runtimeOutputs(source), await runtimeOutputs(model)];
  for (const [i, { shape, data }] of expected.entries()) {
    expect(got[i]!.shape).toEqual(shape);
    const largest = Math.max(...Array.from(data, Math.abs));
    expect(largest).toBeGreaterThan(0);
    const deviation = Math.max(...Array.from(data, (value, k) => Math.abs(value - got[i]!.data[k]!)));
    expect(deviation / largest).toBeLessThan(tolerance);
  }
  return model;
}

/** Types of the operators of a network, in order. */
export function operatorsOf({ graph }: Model): string[] {
  return graph.nodes.map(({ domain, opType }) => (domain ? `${domain}.${opType}` : opType));
}
