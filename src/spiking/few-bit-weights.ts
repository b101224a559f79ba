import { definePass } from '../graph/define-pass.ts';
import type { Graph } from '../graph/graph.ts';
import type { Model, ModelFunction } from '../graph/model.ts';
import { intAttribute, type Node, node } from '../graph/node.ts';
import { Tensor } from '../graph/tensor.ts';
import { lookUp } from '../look-up.ts';
import { domain, domainVersion } from './domain.ts';

/**
 * Operator that stands before a weight of a synaptic operator: weight, codes (int8, of its shape), scales (float32, broadcastable to it) →
 * codes · scales. The spiking network calculates with these; the weight itself is the source network's, and is kept for that.
 */
const fewBitWeight = 'FewBitWeight';

/** A weight in few bits. */
export interface FewBitWeight {
  /** Position of the weight among the operator's inputs. */
  readonly input: number;
  readonly bits: number;
  readonly codes: Tensor;
  readonly scales: Tensor;
}

/** Weights in few bits by the name of the synaptic operator. */
export type FewBitWeights = ReadonlyMap<string, readonly FewBitWeight[]>;

/** A copy of a spiking model that calculates with weights in few bits. */
export const withFewBitWeights = definePass({
  name: 'few-bit-weights',
  summary: 'Synaptic operators calculate with weights in few bits.',
  rewrites: 'copy',
  apply(spiking: Model, weights: FewBitWeights): Model {
    const model = spiking.clone();
    if (weights.size === 0) return model;
    const { graph } = model;
    for (const operator of [...graph.nodes]) {
      for (const each of weights.get(operator.name) ?? []) insertWeight(graph, operator, each);
    }
    model.opsets.set(domain, domainVersion);
    model.functions.push(weightFunction(model.opset));
    return model;
  },
});

function insertWeight(graph: Graph, operator: Node, { input, bits, codes, scales }: FewBitWeight): void {
  const name = graph.freshName(`${operator.name}.weight.${bits}bits`);
  const read = operator.inputs[input]!;
  const inputs = [
    read,
    graph.addInitializer(`${name}.codes`, codes),
    graph.addInitializer(`${name}.scales`, scales),
  ];
  const made = node(fewBitWeight, inputs, [name], { bits }, { domain, name });
  const producer = graph.producerOf(read);
  if (producer) graph.insertAfter(producer, made);
  else graph.prepend(made);
  graph.setInput(operator, input, name);
}

function weightFunction(opset: number): ModelFunction {
  return {
    name: fewBitWeight,
    domain,
    inputs: ['weight', 'codes', 'scales'],
    outputs: ['y'],
    attributes: ['bits'],
    attributeDefaults: new Map(),
    nodes: [node('Cast', ['codes'], ['numbers'], { to: 1 }), node('Mul', ['numbers', 'scales'], ['y'])],
    opsets: new Map([['', opset]]),
    doc: 'A weight in few bits, which the spiking network calculates with in place of the source network’s.',
  };
}

/** The nodes that give weights in few bits. */
function fewBitWeightsIn(graph: Graph): Node[] {
  return graph.nodes.filter((each) => each.domain === domain && each.opType === fewBitWeight);
}

/** Bits of the weights of synaptic operators, by name; operators with the source network's weights are left out. */
export function weightBitsOf(graph: Graph): Map<string, number> {
  return new Map(
    fewBitWeightsIn(graph).flatMap((each) =>
      graph.consumersOf(each.outputs[0]!).map(({ name }) => [name, intAttribute(each, 'bits', 0)] as const),
    ),
  );
}

/** Gives all operators the source network's weights. */
export function removeFewBitWeights(graph: Graph): void {
  for (const each of fewBitWeightsIn(graph)) {
    graph.redirectConsumers(each.outputs[0]!, each.inputs[0]!);
    graph.removeNode(each);
  }
}

/** Makes the weights in few bits constants, which engines know what to do with; the source network's go. */
export const foldFewBitWeights = definePass({
  name: 'fold-few-bit-weights',
  summary: 'Weights in few bits become constants.',
  rewrites: 'input',
  apply({ graph }: Model): void {
    for (const each of fewBitWeightsIn(graph)) {
      const [codes, scales] = each.inputs.slice(1).map((name) => lookUp(graph.initializers, name, 'weight'));
      const name = graph.addInitializer(`${each.name}.folded`, weightFromCodes(codes!, scales!));
      graph.redirectConsumers(each.outputs[0]!, name);
      graph.removeNode(each);
    }
    graph.removeDeadNodes();
  },
});

/** codes · scales in float32; scales have at most one axis that is longer than 1. */
export function weightFromCodes(codes: Tensor, scales: Tensor): Tensor {
  const each = scales.toFloat32();
  const axis = scales.shape.findIndex((size) => size > 1);
  const inner = codes.shape.slice(axis + 1).reduce((size, length) => size * length, 1);
  const numbers = codes.toFloat32();
  const weights = new Float32Array(numbers.length);
  for (let from = 0, run = 0; from < weights.length; from += inner, run++) {
    const scale = each[run % each.length]!;
    const to = Math.min(from + inner, weights.length);
    for (let i = from; i < to; i++) weights[i] = numbers[i]! * scale;
  }
  return Tensor.float32(codes.shape, weights);
}
