import { definePass } from '../graph/define-pass.ts';
import type { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { Model } from '../graph/model.ts';
import type { Tensor } from '../graph/tensor.ts';
import { lookUp } from '../look-up.ts';
import { outputAxis } from '../quantisers/output-axis.ts';
import type { Quantiser } from '../quantisers/quantiser.ts';
import { dequantise, quantiseWeights } from '../quantisers/weight-quantiser.ts';
import { bitRange } from './bit-widths.ts';
import type { QuantisationPlaces } from './quantisation-places.ts';

/**
 * A network that calculates with quantised weights and activations, as float32 numbers that are few: activations pass
 * Div, Round, Add, Clip, Sub, Mul; weights are replaced. Biases and everything that is not synaptic stay as they are.
 *
 * @param source a network that does not spike, of opset 11 or newer; it is not changed
 * @param weights numbers of the weights of its synaptic operators, see {@link readWeights}
 * @param quantisers by name of the point
 * @param bits of a site; its operators' weights have as many, all other weights 8
 */
export const quantiseSource = definePass({
  name: 'quantise-source',
  summary: 'Activations and weights are rounded to a number of bits.',
  rewrites: 'copy',
  apply(
    source: Model,
    places: QuantisationPlaces,
    weights: ReadonlyMap<string, Tensor>,
    quantisers: ReadonlyMap<string, Quantiser>,
    bits: Readonly<Record<string, number>>,
  ): Model {
    const model = source.clone();
    const byName = new Map(model.graph.nodes.map((each) => [each.name, each]));
    const nodeNamed = (name: string) => lookUp(byName, name, 'node');
    for (const point of places.points) {
      const result = quantiseActivation(model.graph, point, lookUp(quantisers, point.name, 'quantiser of'));
      for (const { node, input } of point.readers) model.graph.setInput(nodeNamed(node), input, result);
    }
    for (const { operator, sites } of places.operators) {
      const { node } = operator;
      for (const { input, value } of operator.weights) {
        const tensor = lookUp(weights, value, 'numbers of weight');
        const axis = outputAxis(node, input, tensor.shape.length);
        const quantised = dequantise(quantiseWeights(tensor, axis, operatorBits(sites, bits)));
        model.graph.setInput(
          nodeNamed(node.name),
          input,
          model.graph.addInitializer(`${node.name}.quantisedWeight`, quantised),
        );
      }
    }
    model.graph.removeDeadNodes();
    return model;
  },
});

/** Bits of an operator's weights, and of what it multiplies: the most of its sites'; 8 without sites. */
export function operatorBits(sites: readonly string[], bits: Readonly<Record<string, number>>): number {
  return sites.length === 0 ? bitRange.most : Math.max(...sites.map((site) => bits[site]!));
}

/** @returns name of the quantised activation */
function quantiseActivation(
  graph: Graph,
  { name, value }: QuantisationPlaces['points'][number],
  { bits, scale, zeroPoint }: Quantiser,
): string {
  const part = GraphBuilder.behind(graph, value, `${name}.quantised.`);
  const [step, zero] = [part.scalar('scale', scale), part.scalar('zeroPoint', zeroPoint)];
  const code = part.op('Add', [part.op('Round', [part.op('Div', [value, step])]), zero]);
  const limits = [part.scalar('lowest', 0), part.scalar('highest', 2 ** bits - 1)];
  const clipped = part.op('Clip', [code, ...limits]);
  return part.op('Mul', [part.op('Sub', [clipped, zero]), step]);
}
