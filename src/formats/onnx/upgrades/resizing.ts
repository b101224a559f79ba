import type { Graph } from '../../../graph/graph.ts';
import type { GraphBuilder } from '../../../graph/graph-builder.ts';
import { type Node, node, stringAttribute } from '../../../graph/node.ts';
import { Tensor } from '../../../graph/tensor.ts';
import { defineUpgrade } from './define-upgrade.ts';

/** Opset 10 took Upsample out; its factors were an attribute up to opset 8. Resize does the same. */
export const upsample = defineUpgrade({
  since: 11,
  change(of, build) {
    const attribute = of.attributes.get('scales');
    const scales =
      attribute?.kind === 'floats'
        ? build.constant(`${of.name}.scales`, Tensor.float32([attribute.value.length], attribute.value))
        : of.inputs[1]!;
    return asResize(of, scales, 'floor', build);
  },
});

/** Opset 11: Resize says how positions map; before, they mapped as in Upsample, and shrinking took the next pixel. */
export const resize = defineUpgrade({
  since: 11,
  change(of, build) {
    const scales = of.inputs[1]!;
    const factors = constantNumbers(build.graph, scales);
    const shrinks = factors?.some((factor) => factor < 1) ?? false;
    return asResize(of, scales, shrinks ? 'ceil' : 'floor', build);
  },
});

function asResize(of: Node, scales: string, nearest: string, build: GraphBuilder): Partial<Node> {
  const region = build.constant(`${of.name}.roi`, Tensor.float32([0], []));
  const { attributes } = node('Resize', [], [], {
    mode: stringAttribute(of, 'mode', 'nearest'),
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: nearest,
  });
  return { opType: 'Resize', inputs: [of.inputs[0]!, region, scales], attributes };
}

function constantNumbers(graph: Graph, value: string): Float64Array | undefined {
  const attribute = graph.producerOf(value)?.attributes.get('value');
  const tensor =
    graph.initializers.get(value) ?? (attribute?.kind === 'tensor' ? attribute.value : undefined);
  return tensor?.toNumbers();
}
