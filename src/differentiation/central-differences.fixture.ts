import { expect } from 'vitest';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { sizeOf } from '../graph/shape.ts';
import { Tensor } from '../graph/tensor.ts';
import { evaluateModel } from '../interpreter/evaluate-model.ts';
import { type NdArray, ndArray } from '../interpreter/nd-array.ts';
import { differentiate } from './differentiate.ts';

/** An input of a tested network: its shape, and numbers or how to draw them. */
export interface TestedInput {
  readonly shape: readonly number[];
  /** Numbers are drawn from low to high; default −1 to 1. */
  readonly low?: number;
  readonly high?: number;
  /** The numbers themselves. */
  readonly values?: readonly number[];
}

/** Numbers in [0, 1), the same every time. */
export function randomSource(seed: number): () => number {
  let state = (seed + 1) * 2654435761;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A model of float32 inputs `x0`, `x1`, … whose `loss` is Σ output·weight with random weights, over all outputs. */
export function lossOf(
  inputs: readonly TestedInput[],
  build: (builder: GraphBuilder, names: string[]) => string | string[],
  outputShapes: readonly (readonly number[])[],
  opset = 20,
): Model {
  const graph = new Graph('tested');
  const builder = new GraphBuilder(graph);
  const names = inputs.map(({ shape }, i) => {
    graph.addInput({ name: `x${i}`, dataType: 'float32', shape: [...shape] });
    return `x${i}`;
  });
  const outputs = [build(builder, names)].flat();
  const random = randomSource(99);
  const sums = outputs.map((output, i) => {
    const shape = outputShapes[i]!;
    const weights = Array.from({ length: sizeOf(shape) }, () => random() * 2 - 1);
    const weighted = builder.op('Mul', [output, builder.constant('weights', Tensor.float32(shape, weights))]);
    return builder.op('ReduceSum', [weighted], { keepdims: 0 });
  });
  const loss = sums.reduce((a, b) => builder.op('Add', [a, b]));
  builder.op('Identity', [loss], {}, { name: 'loss' });
  graph.addOutput({ name: 'loss', dataType: 'float32', shape: [] });
  return new Model(graph, opset);
}

/** Draws the inputs, by name. */
export function drawInputs(inputs: readonly TestedInput[], seed = 1): Map<string, NdArray> {
  const random = randomSource(seed);
  return new Map(
    inputs.map(({ shape, low = -1, high = 1, values }, i) => [
      `x${i}`,
      ndArray(shape, values ?? Array.from({ length: sizeOf(shape) }, () => low + random() * (high - low))),
    ]),
  );
}

/** ∂loss/∂input by (f(x + h) − f(x − h))/2h in float64, for one input. */
function centralDifferences(
  model: Model,
  inputs: ReadonlyMap<string, NdArray>,
  name: string,
  loss = 'loss',
  h = 1e-5,
): Float64Array {
  const { shape, data } = inputs.get(name)!;
  return data.map((value, i) => {
    const at = (shifted: number) => {
      const moved = Float64Array.from(data);
      moved[i] = shifted;
      return evaluateModel(model, new Map([...inputs, [name, ndArray(shape, moved)]])).get(loss)!.data[0]!;
    };
    return (at(value + h) - at(value - h)) / (2 * h);
  });
}

/** ‖a − b‖ / ‖b‖. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [distance, length] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    distance += (a[i]! - b[i]!) ** 2;
    length += b[i]! ** 2;
  }
  return Math.sqrt(distance / Math.max(length, 1e-20));
}

/** Expects the gradients of `loss` for all inputs of float type, evaluated in float64, to be its central differences. */
export async function expectTrueGradients(
  model: Model,
  inputs: ReadonlyMap<string, NdArray>,
  names: readonly string[] = [...inputs.keys()],
): Promise<void> {
  const { model: trained, gradients } = await differentiate(model, 'loss', names);
  const keep = new Set(gradients.values());
  const found = evaluateModel(trained, inputs, { keep });
  for (const name of names) {
    const gradient = found.get(gradients.get(name)!)!;
    expect(gradient.shape).toEqual(inputs.get(name)!.shape);
    expect(relativeError(gradient.data, centralDifferences(model, inputs, name))).toBeLessThan(1e-6);
  }
}
