import type { Graph } from '../../graph/graph.ts';
import type { Model } from '../../graph/model.ts';
import { sizeOf } from '../../graph/shape.ts';
import { lookUp } from '../../look-up.ts';
import { measureShapes } from '../../sessions/measure-shapes.ts';
import { type NetworkBits, quantisedLayers } from './quantised-layers.ts';

/** What a network in few bits takes. */
export interface NetworkSize {
  /** Number of weights. */
  readonly weights: number;
  /** Σ over weights of their bits. */
  readonly weightBits: number;
  /** Multiply-accumulates for one input. */
  readonly products: number;
  /** Σ over products of bits of the weight times bits of the activation. */
  readonly bitOperations: number;
}

/** What a budget can be of. */
export type Budgeted = 'weightBits' | 'bitOperations';

/** Number of places at which each operator applies its weights, by its name: pixels of convolutions, 1 of products with matrices. */
export async function placesOfWeights(model: Model, bits: NetworkBits): Promise<Map<string, number>> {
  const layers = quantisedLayers(model.graph, bits);
  const outputs = layers.map(({ operator }) => operator.outputs[0] ?? '');
  const shapes = await measureShapes(model, outputs);
  return new Map(
    layers.map(({ operator }, i) => [
      operator.name,
      sizeOf(lookUp(shapes, outputs[i] ?? '', 'shape').slice(2)),
    ]),
  );
}

/** The size of a network whose weights have these shapes. @param shapeOf by the name of the weight */
export function networkSize(
  graph: Graph,
  bits: NetworkBits,
  places: ReadonlyMap<string, number>,
  shapeOf = (weight: string) => lookUp(graph.initializers, weight, 'weight').shape,
): NetworkSize {
  const size = { weights: 0, weightBits: 0, products: 0, bitOperations: 0 };
  for (const { operator, weight, bits: own, inputBits } of quantisedLayers(graph, bits)) {
    const count = sizeOf(shapeOf(weight));
    const products = count * lookUp(places, operator.name, 'places of operator');
    size.weights += count;
    size.weightBits += count * own;
    size.products += products;
    size.bitOperations += products * own * inputBits;
  }
  return size;
}
