import { definePass } from '../graph/define-pass.ts';
import { decomposeNode } from './fused/decompose-node.ts';
import { linearOperators } from './quantised/linear-operators.ts';

/** Writes operators on quantised tensors (QLinearConv, QLinearMatMul, QGemm…) as those on numbers between a DequantizeLinear and a QuantizeLinear. */
export const openQuantised = definePass({
  name: 'open-quantised',
  summary:
    'QLinearConv, QLinearMatMul, QGemm and their kin become operators on numbers, with the steps of quantisation around them.',
  rewrites: 'input',
  apply({ graph, opset }) {
    const quantised = graph.nodes.filter((each) => linearOperators.has(`${each.domain}.${each.opType}`));
    const changes = quantised.filter((each) =>
      decomposeNode(graph, opset, each, linearOperators.get(`${each.domain}.${each.opType}`)!),
    ).length;
    if (quantised.length > 0) graph.removeDeadNodes();
    return changes;
  },
});
