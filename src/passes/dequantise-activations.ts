import { carriesIntegers } from '../analysis/carries-integers.ts';
import { constantTensor } from '../analysis/constant-tensor.ts';
import { type KeptScale, keepScales } from '../analysis/kept-scales.ts';
import { definePass } from '../graph/define-pass.ts';
import type { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { type Node, node } from '../graph/node.ts';
import { requantisedTensor } from './quantised/dequantised-tensor.ts';
import { integerRange, quantisationOf, quantisedType } from './quantised/quantisation-of.ts';

/**
 * Takes the steps of quantised activations out (QuantizeLinear and the DequantizeLinear behind it), and leaves their bounds in: what is
 * beyond the range of the integers, or of a Clip in front of them, is clipped, and the scales are kept for those who want them. A lower bound of 0 often does the work of a ReLU that was left out.
 */
export const dequantiseActivations = definePass({
  name: 'dequantise-activations',
  summary: 'QuantizeLinear with DequantizeLinear becomes a Clip to the range of the integers.',
  rewrites: 'input',
  apply(model) {
    const { graph } = model;
    const scales = new Map<string, KeptScale>();
    const quantisers = graph.nodes.filter((each) => each.opType === 'QuantizeLinear');
    const changes = quantisers.filter((each) => clipInstead(graph, each, scales)).length;
    if (changes > 0) graph.removeDeadNodes();
    keepScales(model, scales);
    return changes;
  },
});

function clipInstead(graph: Graph, quantiser: Node, scales: Map<string, KeptScale>): boolean {
  const by = quantisationOf(graph, quantiser);
  const back = dequantisersAfter(graph, quantiser);
  if (!by || !back) return false;
  const [input] = quantiser.inputs as [string];
  const weights = constantTensor(graph, input);
  const integers = integerRange(quantisedType(quantiser, by));
  const build = new GraphBuilder(graph, `${quantiser.name}.`, { behind: quantiser });
  let value = input;
  if (weights) value = build.constant('weight', requantisedTensor(weights, by, integers));
  else if (by.scale.size === 1) {
    const scale = by.scale.toNumber();
    const zero = by.zeroPoint?.toNumber() ?? 0;
    const ends = clippedRange(graph, input)?.map((end) => Math.round(end / scale));
    const from = Math.max(integers[0] - zero, ends?.[0] ?? Number.NEGATIVE_INFINITY);
    const to = Math.min(integers[1] - zero, ends?.[1] ?? Number.POSITIVE_INFINITY);
    const bounds = [build.scalar('lowest', from * scale), build.scalar('highest', to * scale)];
    value = build.op('Clip', [input, ...bounds]);
    scales.set(value, { scale, lowest: from, highest: to });
  }
  graph.redirectConsumers(quantiser.outputs[0]!, value);
  for (const each of back) passOn(graph, each);
  return true;
}

/** Where a value is clipped, as it is in front of integers that have more bits than are used. */
function clippedRange(graph: Graph, value: string): [number, number] | undefined {
  const producer = graph.producerOf(value);
  if (producer?.opType !== 'Clip' || producer.domain !== '') return undefined;
  const [lowest, highest] = producer.inputs
    .slice(1)
    .map((bound) => constantTensor(graph, bound)?.toNumber()) as (number | undefined)[];
  return lowest === undefined || highest === undefined ? undefined : [lowest, highest];
}

/** The DequantizeLinear that all ways from a QuantizeLinear lead to; nothing if one leads elsewhere. */
function dequantisersAfter(graph: Graph, quantiser: Node): Node[] | undefined {
  const found = new Set<Node>();
  const open = [...quantiser.outputs];
  const seen = new Set(open);
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (graph.isOutput(value)) return undefined;
    for (const reader of graph.consumersOf(value)) {
      if (reader.opType === 'DequantizeLinear' && reader.inputs[0] === value) found.add(reader);
      else if (!carriesIntegers(reader)) return undefined;
      else if (!reader.inputs.every((each) => each === value || isFree(graph, each, reader)))
        return undefined;
      else
        for (const output of reader.outputs.filter((each) => each && !seen.has(each))) {
          open.push(output);
          seen.add(output);
        }
    }
  }
  return [...found];
}

/** Whether another input of a carrier says how to move, or is a quantised value in turn. */
function isFree(graph: Graph, value: string, { opType }: Node): boolean {
  if (opType !== 'Concat') return true;
  const producer = graph.producerOf(value);
  return producer?.opType === 'QuantizeLinear' || producer?.opType === 'Clip';
}

function passOn(graph: Graph, of: Node): void {
  graph.update(of, { ...node('Identity', [of.inputs[0]!], of.outputs, {}, { name: of.name }) });
}
