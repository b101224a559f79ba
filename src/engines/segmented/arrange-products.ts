import { definePass } from '../../graph/define-pass.ts';
import type { Graph } from '../../graph/graph.ts';
import type { Model } from '../../graph/model.ts';
import { intsAttribute, type Node } from '../../graph/node.ts';
import { mustExist } from '../../look-up.ts';
import type { Arrangement } from './arrangement.ts';
import { channelsOf, type IntegerProduct, type IntegerProducts } from './integer-product.ts';

/** What `splitHeads` of an attention does to [batch, places, heads, width]. */
const arrangements: Readonly<Record<string, Arrangement['kind']>> = {
  '0,2,1,3': 'by-head',
  '0,2,3,1': 'by-channel',
};

/**
 * Lets products write their outputs head by head, as attention reads them: a Reshape and a Transpose that follow a
 * product become a part of it.
 *
 * @param model the network of one step
 * @returns the products there are now
 */
export const arrangeProducts = definePass({
  name: 'arrange-products',
  summary: 'Integer products write their outputs head by head, as attention reads them.',
  rewrites: 'input',
  apply({ graph }: Model, products: IntegerProducts): IntegerProducts {
    return new Map([...products].map(([name, product]) => [name, arrange(graph, product)]));
  },
});

function arrange(graph: Graph, product: IntegerProduct): IntegerProduct {
  const reshape = onlyReader(graph, product.output, 'Reshape');
  const transpose = reshape && onlyReader(graph, reshape.outputs[0]!, 'Transpose');
  const arrangement = transpose && arrangementOf(graph, product, reshape, transpose);
  if (!arrangement) return product;
  const producer = mustExist(graph.producerOf(product.output), `producer of '${product.output}'`);
  const output = transpose.outputs[0]!;
  graph.removeNode(reshape);
  graph.removeNode(transpose);
  graph.update(producer, { outputs: [output] });
  return { ...product, output, arrangement };
}

function onlyReader(graph: Graph, value: string, opType: string): Node | undefined {
  const [reader, ...others] = graph.consumersOf(value);
  if (reader?.opType !== opType || reader.domain !== '' || reader.inputs[0] !== value) return undefined;
  return others.length > 0 || graph.isOutput(value) ? undefined : reader;
}

function arrangementOf(
  graph: Graph,
  product: IntegerProduct,
  reshape: Node,
  transpose: Node,
): Arrangement | undefined {
  const kind = arrangements[String(intsAttribute(transpose, 'perm', []))];
  const lengths = graph.initializers.get(reshape.inputs[1] ?? '')?.toNumbers();
  if (product.window || !kind || lengths?.length !== 4) return undefined;
  const [, places, heads, width] = lengths as unknown as [number, number, number, number];
  // Lengths of 0 and −1 mean that of the input and the one that is left, which are not known here.
  if (places < 1 || heads < 1 || width < 1 || heads * width !== channelsOf(product)) return undefined;
  return { kind, places, heads };
}
