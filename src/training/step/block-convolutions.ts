import { inferTypes, type ValueType } from '../../differentiation/infer-types.ts';
import { blockedConvolution, blockedDomain, blockKernels, toBlocks } from '../../graph/blocked-layout.ts';
import { definePass } from '../../graph/define-pass.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import type { Model } from '../../graph/model.ts';
import { intAttribute, type Node, node, stringAttribute } from '../../graph/node.ts';
import { lookUp } from '../../look-up.ts';

/**
 * Convolutions whose kernels are trained take ONNX Runtime's blocked layout, which the runtime itself gives to constant kernels only. They take
 * about half of the time so, and so do their gradients.
 *
 * @param block channels of a block; `undefined` leaves everything as it is
 * @returns number of convolutions
 */
export const blockConvolutions = definePass({
  name: 'block-convolutions',
  summary: 'Convolutions of trained kernels take the blocked layout of the runtime.',
  rewrites: 'input',
  async apply(model: Model, block: number | undefined): Promise<number> {
    const convolutions = model.graph.nodes.filter((each) => each.opType === 'Conv' && each.domain === '');
    if (block === undefined || convolutions.length === 0) return 0;
    const types = await inferTypes(model);
    const shapeOf = (value = '') => lookUp<string, ValueType>(types, value, 'type of value').shape;
    const fitting = convolutions.filter((each) => {
      const [x, kernels] = [shapeOf(each.inputs[0]), shapeOf(each.inputs[1])];
      const whole = kernels.slice(0, 2).every((channels) => channels % block === 0);
      return x.length === 4 && whole && isPlain(each) && !model.graph.initializers.has(each.inputs[1] ?? '');
    });
    if (fitting.length > 0) model.opsets.set(blockedDomain, 1);
    const blocked = new Map<string, string>();
    for (const each of fitting) replace(model, each, shapeOf(each.inputs[1]), block, blocked);
    return fitting.length;
  },
});

function isPlain(each: Node): boolean {
  const padding = stringAttribute(each, 'auto_pad', 'NOTSET');
  return intAttribute(each, 'group', 1) === 1 && (padding === 'NOTSET' || padding === 'VALID');
}

/** @param blocked blocked values by the name of what they hold, which several convolutions may read */
function replace(
  { graph }: Model,
  each: Node,
  shape: readonly number[],
  block: number,
  blocked: Map<string, string>,
): void {
  const [x = '', kernels = '', ...bias] = each.inputs;
  const [output = ''] = each.outputs;
  const held = blocked.get(x) ?? toBlocks(GraphBuilder.behind(graph, x, `${x}.`), x);
  blocked.set(x, held);
  // Its name stays with what it named.
  graph.update(each, { outputs: [graph.freshName(`${output}.plain`)] });
  const build = new GraphBuilder(graph, `${output}.`, { behind: each });
  const ordered = blockKernels(build, kernels, shape, block);
  const made = blockedConvolution(build, [held, ordered, ...bias], Object.fromEntries(each.attributes));
  build.add(node('ReorderOutput', [made], [output], { channels: shape[0] ?? 0 }, { domain: blockedDomain }));
  graph.removeNode(each);
}
