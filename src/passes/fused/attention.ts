import { inferredShape } from '../../analysis/inferred-shape.ts';
import { floatAttribute, intAttribute, type Node } from '../../graph/node.ts';
import { type Decomposition, optionalInput, type Surroundings } from './define-decomposition.ts';
import { mergeHeads, repeatHeads, splitHeads } from './heads.ts';
import { causalMask, isBoolean } from './masks.ts';
import { scaledDotProduct } from './scaled-dot-product.ts';

/** Attention of opset 23 and 24. Outputs: result, and keys and values with those of the past. */
export const attention: Decomposition = (of, around) => {
  const { build } = around;
  // Lengths of what is no padding (opset 24), and scores as an output, have no form here.
  if (optionalInput(of, 6) || of.outputs[3]) return undefined;
  const heads = headCounts(of, around);
  if (!heads) return undefined;
  const flat = of.attributes.has('q_num_heads');
  const [query, key, value] = of.inputs
    .slice(0, 3)
    .map((each, i) => (flat ? splitHeads(build, each, i === 0 ? heads.queries : heads.keys) : each)) as [
    string,
    string,
    string,
  ];
  const [pastKey, pastValue] = [optionalInput(of, 4), optionalInput(of, 5)];
  const keys = pastKey ? build.op('Concat', [pastKey, key], { axis: 2 }) : key;
  const values = pastValue ? build.op('Concat', [pastValue, value], { axis: 2 }) : value;
  const mask = optionalInput(of, 3);
  const hides = mask !== undefined && isBoolean(build.graph, mask);
  const causal = intAttribute(of, 'is_causal', 0) === 1;
  const shared = (each: string) => repeatHeads(build, each, heads.keys, heads.queries / heads.keys);
  const context = scaledDotProduct(build, {
    query,
    key: shared(keys),
    value: shared(values),
    scale: floatAttribute(of, 'scale', 0),
    softcap: floatAttribute(of, 'softcap', 0),
    biases: mask && !hides ? [mask] : [],
    visible: [
      ...(mask && hides ? [mask] : []),
      ...(causal ? [causalMask(around, query, keys, pastKey)] : []),
    ],
  });
  return [flat ? mergeHeads(build, context) : context, keys, values];
};

/** How many heads queries have, and keys; told by attributes, else by the shapes of [batch, heads, tokens, size]. */
function headCounts(of: Node, { build }: Surroundings): { queries: number; keys: number } | undefined {
  const shapes = of.inputs.slice(0, 2).map((name) => inferredShape(build.graph, name));
  const queries = intAttribute(of, 'q_num_heads', 0) || shapes[0]?.[1];
  const keys = intAttribute(of, 'kv_num_heads', 0) || shapes[1]?.[1];
  if (typeof queries === 'number' && typeof keys === 'number') return { queries, keys };
  return undefined;
}
