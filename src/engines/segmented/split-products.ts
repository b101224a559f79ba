import { definePass } from '../../graph/define-pass.ts';
import type { Graph } from '../../graph/graph.ts';
import type { Model } from '../../graph/model.ts';
import { intAttribute, type Node, node } from '../../graph/node.ts';
import { mustExist } from '../../look-up.ts';
import { channelsOf, engineDomain, type IntegerProduct, type IntegerProducts } from './integer-product.ts';

/**
 * Gives each part of a product that is cut along its last axis at once (queries, keys and values are computed together in
 * many Transformers) a product of its own: the parts come out where they are read, and nothing is copied.
 *
 * @param model the network of one step
 * @returns the products there are now
 */
export const splitProducts = definePass({
  name: 'split-products',
  summary: 'Parts of an integer product that is cut become products of their own.',
  rewrites: 'input',
  apply({ graph }: Model, products: IntegerProducts): IntegerProducts {
    return new Map([...products].flatMap(([name, product]) => cut(graph, name, product)));
  },
});

function cut(graph: Graph, name: string, product: IntegerProduct): (readonly [string, IntegerProduct])[] {
  const found = splitOf(graph, product);
  if (!found) return [[name, product]];
  const { split, lengths } = found;
  let from = 0;
  const parts = split.outputs.map((output, i) => {
    const channels = { from, to: from + lengths[i]! };
    from = channels.to;
    return [graph.freshName(`${name}.${i}`), { ...product, output, channels }] as const;
  });
  const whole = mustExist(graph.producerOf(product.output), `producer of '${product.output}'`);
  const nodes = parts.map(([part, { input, output }]) =>
    node('IntegerProduct', [input], [output], {}, { name: part, domain: engineDomain }),
  );
  graph.removeNode(split);
  graph.replaceNode(whole, ...nodes);
  return parts;
}

/** The one reader of a product, if it is a Split along the last axis into parts of known lengths. */
function splitOf(graph: Graph, product: IntegerProduct): { split: Node; lengths: Float64Array } | undefined {
  if (product.window) return undefined;
  const [split, ...others] = graph.consumersOf(product.output);
  if (split?.opType !== 'Split' || split.domain !== '' || others.length > 0) return undefined;
  // Any other number may be another axis: the rank is not known here.
  if (graph.isOutput(product.output) || intAttribute(split, 'axis', 0) !== -1) return undefined;
  const lengths = graph.initializers.get(split.inputs[1] ?? '')?.toNumbers();
  return lengths?.reduce((a, b) => a + b, 0) === channelsOf(product) ? { split, lengths } : undefined;
}
