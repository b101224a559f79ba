import { definePass } from '../graph/define-pass.ts';
import { decomposeNode } from './fused/decompose-node.ts';
import { decompositions } from './fused/decompositions.ts';

/**
 * Writes fused operators as the standard ones that they stand for, so that the products in them are seen. What is used in a way
 * that has no such form stays.
 */
export const decomposeFused = definePass({
  name: 'decompose-fused',
  summary: 'Fused operators (Attention, MultiHeadAttention, FusedConv…) become standard ones.',
  rewrites: 'input',
  apply({ graph, opset }) {
    const fused = graph.nodes.filter((each) => decompositions.has(`${each.domain}.${each.opType}`));
    const changes = fused.filter((each) =>
      decomposeNode(graph, opset, each, decompositions.get(`${each.domain}.${each.opType}`)!),
    ).length;
    if (fused.length > 0) graph.removeDeadNodes();
    return changes;
  },
});
