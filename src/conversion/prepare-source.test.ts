import { expect, it } from 'vitest';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { Tensor } from '../graph/tensor.ts';
import { ecmt } from '../methods/ecmt.ts';
import { prepareSource } from './prepare-source.ts';

it('says of a two-layer perceptron which operators stay analog and which methods convert it', async () => {
  const graph = new Graph('perceptron');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 2] }]);
  const build = new GraphBuilder(graph);
  const weight = build.constant('w', Tensor.float32([2, 2], [1, 2, 3, 4]));
  const hidden = build.op('Relu', [build.op('MatMul', ['x', weight])]);
  build.op('MatMul', [hidden, weight], {}, { name: 'y' });
  graph.setOutputs([{ name: 'y', dataType: 'float32', shape: ['batch', 2] }]);
  await expect(prepareSource(new Model(graph, 17), ecmt)).rejects.toThrow(
    "graph 'perceptron': expected synaptic operators (MatMul, Gemm, Conv…) between the first one and the classifier head, got none among 3 nodes (2 synaptic operators, 2 of them first or head, which read the input or make the output; activations: relu). Use a method that finds something in it: rate, opi, cos, ecc, ultra-low-latency, spike-once.",
  );
});
