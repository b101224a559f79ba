import { definePass } from '../graph/define-pass.ts';
import type { Graph } from '../graph/graph.ts';
import type { Model, ModelFunction } from '../graph/model.ts';
import { type Node, node } from '../graph/node.ts';
import type { Tensor } from '../graph/tensor.ts';
import { domain, domainVersion } from './domain.ts';

/**
 * Operator that takes a mean error out of a synaptic operator's output: y [T·N, …], correction broadcastable to it → y +
 * correction. It belongs to the spiking network, not to its source.
 */
const correctBias = 'CorrectBias';

/** Corrections by the name of the synaptic operator: float32, one number an output channel, broadcastable to the output. */
export type BiasCorrections = ReadonlyMap<string, Tensor>;

/** A copy of a spiking model whose synaptic operators are corrected. @param corrections for operators with one output */
export const withCorrections = definePass({
  name: 'with-corrections',
  summary: 'Mean errors are taken out of the outputs of synaptic operators.',
  rewrites: 'copy',
  apply(spiking: Model, corrections: BiasCorrections): Model {
    const model = spiking.clone();
    if (corrections.size === 0) return model;
    const { graph } = model;
    for (const operator of graph.nodes) {
      const correction = corrections.get(operator.name);
      if (correction) insertCorrection(graph, operator, correction);
    }
    model.opsets.set(domain, domainVersion);
    model.functions.push(correctionFunction(model.opset));
    return model;
  },
});

function insertCorrection(graph: Graph, operator: Node, correction: Tensor): void {
  const value = operator.outputs[0]!;
  const corrected = graph.freshName(`${operator.name}.corrected`);
  const name = graph.addInitializer(`${operator.name}.correction`, correction);
  graph.redirectConsumers(value, corrected);
  graph.insertAfter(
    operator,
    node(correctBias, [value, name], [corrected], {}, { domain, name: `${operator.name}.${correctBias}` }),
  );
}

function correctionFunction(opset: number): ModelFunction {
  return {
    name: correctBias,
    domain,
    inputs: ['x', 'correction'],
    outputs: ['y'],
    attributes: [],
    attributeDefaults: new Map(),
    nodes: [node('Add', ['x', 'correction'], ['y'])],
    opsets: new Map([['', opset]]),
    doc: 'Takes the mean error that spikes leave in each channel out of what a synaptic operator makes of them.',
  };
}

/** The nodes that correct a synaptic operator, in topological order. */
export function correctionsIn(graph: Graph): Node[] {
  return graph.nodes.filter((each) => each.domain === domain && each.opType === correctBias);
}

/** Takes all corrections out: the source network has none. */
export function removeCorrections(graph: Graph): void {
  for (const each of correctionsIn(graph)) {
    graph.redirectConsumers(each.outputs[0]!, each.inputs[0]!);
    graph.removeNode(each);
  }
}
