import { floorStraightThrough } from '../../differentiation/operators/straight-through.ts';
import {
  addTrainingOperator,
  carryTrainingOperators,
} from '../../differentiation/operators/training-operator.ts';
import { trainingOperators } from '../../differentiation/operators/training-operators.ts';
import { definePass } from '../../graph/define-pass.ts';
import { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import type { Model } from '../../graph/model.ts';
import type { Node } from '../../graph/node.ts';
import { cloneNode } from '../../graph/operation.ts';
import { Tensor } from '../../graph/tensor.ts';

/** Suffix of the trainable threshold's name behind the name of the activation. */
export const thresholdSuffix = '.threshold';

/**
 * Replaces every Relu by quantisation clip-floor-shift with L levels and a trainable threshold λ:
 * y = λ·clip(⌊x·L/λ + ½⌋, 0, L)/L, backwards through the floor as if it were the identity.
 *
 * Bu, Fang, Ding, Dai, Yu, Huang: Optimal ANN-SNN Conversion for High-accuracy and Ultra-low-latency Spiking Neural
 * Networks, ICLR 2022, arXiv:2303.04347.
 *
 * @param levels L
 * @param start λ before training
 * @returns names of the thresholds, `NAME.threshold` with the Relu's name: float32 scalars
 */
export const useQcfs = definePass({
  name: 'use-qcfs',
  summary: 'Every Relu becomes a quantisation clip-floor-shift with a trainable threshold.',
  rewrites: 'input',
  apply(model: Model, levels: number, start: number): string[] {
    const relus = model.graph.nodes.filter(({ opType }) => opType === 'Relu');
    const thresholds = relus.map((relu) => replaceRelu(model.graph, relu, levels, start));
    carryTrainingOperators(model, trainingOperators);
    return thresholds;
  },
});

function replaceRelu(graph: Graph, relu: Node, levels: number, start: number): string {
  const threshold = `${relu.name}${thresholdSuffix}`;
  graph.setInitializer(threshold, Tensor.float32([], [start]));
  const body = new Graph(relu.name);
  addQcfs(new GraphBuilder(body, `${relu.name}.qcfs.`), relu.inputs[0]!, threshold, levels);
  for (const [name, tensor] of body.initializers) graph.setInitializer(name, tensor);
  body.update(body.nodes.at(-1)!, { outputs: [relu.outputs[0]!] });
  graph.replaceNode(relu, ...body.nodes.map(cloneNode));
  return threshold;
}

/** The last operator's output is the activation. */
function addQcfs(build: GraphBuilder, input: string, threshold: string, levels: number): void {
  const count = build.scalar('levels', levels);
  const scaled = build.op('Mul', [build.op('Div', [input, threshold]), count]);
  const shifted = build.op('Add', [scaled, build.scalar('half', 0.5)]);
  const level = addTrainingOperator(build, floorStraightThrough, [shifted]);
  const clipped = build.op('Clip', [level, build.scalar('zero', 0), count]);
  build.op('Mul', [build.op('Div', [clipped, count]), threshold]);
}
