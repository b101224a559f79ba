import type { Conversion } from '../conversion/conversion-pipeline.ts';
import { convert } from '../conversion/convert.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { Tensor } from '../graph/tensor.ts';
import type { Method } from '../methods/define-method.ts';
import { Random } from '../random.ts';

const [features, hidden, classes] = [8, 24, 3];

/** A perceptron with two hidden layers of ReLU units: x [N, 8] → logits [N, 3]. */
export function smallPerceptron(): Model {
  const random = new Random(1);
  const graph = new Graph('perceptron');
  const build = new GraphBuilder(graph);
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', features] });
  const linear = (input: string, into: number, out: number, name: string) => {
    const numbers = Float32Array.from({ length: into * out }, () => random.normal() / Math.sqrt(into));
    const weight = build.constant(`${name}.weight`, Tensor.float32([into, out], numbers));
    return build.op('MatMul', [input, weight], {}, { name });
  };
  const first = build.op('Relu', [linear('x', features, hidden, 'first')]);
  linear(build.op('Relu', [linear(first, hidden, hidden, 'second')]), hidden, classes, 'logits');
  graph.addOutput({ name: 'logits', dataType: 'float32', shape: ['batch', classes] });
  return new Model(graph, 17);
}

/** Inputs of the perceptron. @param seed other inputs for every seed */
export function perceptronInputs(samples: number, seed: number): FloatTensor<Float32Array> {
  const random = new Random(2, seed);
  const data = Float32Array.from({ length: samples * features }, () => random.normal());
  return { shape: [samples, features], data };
}

/** The perceptron as a spiking network, calibrated on inputs of its own. */
export function convertedPerceptron(method: Method, preset: string, steps: number): Promise<Conversion> {
  const calibration = () => [perceptronInputs(32, 1), perceptronInputs(32, 2)];
  return convert(smallPerceptron(), { method, preset, steps, calibration, batchSize: 32 });
}
