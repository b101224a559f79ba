import { definePass } from '../graph/define-pass.ts';
import type { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { type AttributeInputs, intAttribute, type Node, node } from '../graph/node.ts';
import { Tensor } from '../graph/tensor.ts';
import { constantValue } from './constant-value.ts';
import { sequenceElements } from './sequence-elements.ts';
import { unsqueeze } from './unsqueeze.ts';

/**
 * Writes sequences of tensors whose elements are known one by one as the tensors themselves: SequenceAt of SplitToSequence
 * becomes a Slice, SequenceAt of a sequence that was put together its element, and ConcatFromSequence of one a Concat. Newer exporters
 * write them for `chunk`, `split`, `unbind` and `stack`.
 */
export const unrollSequences = definePass({
  name: 'unroll-sequences',
  summary: 'Elements of sequences become slices of what was split, or the tensors that were put together.',
  rewrites: 'input',
  apply({ graph, opset }) {
    let changes = 0;
    for (const each of graph.nodes) {
      if (each.domain !== '') continue;
      if (each.opType === 'SequenceAt') changes += takeElement(graph, opset, each);
      if (each.opType === 'ConcatFromSequence') changes += joinElements(graph, opset, each);
    }
    if (changes > 0) graph.removeDeadNodes();
    return changes;
  },
});

function takeElement(graph: Graph, opset: number, of: Node): number {
  const at = constantValue(graph, opset, of.inputs[1]!)?.data[0];
  if (at === undefined) return 0;
  const element = sequenceElements(graph, opset, of.inputs[0]!)?.at(at);
  if (element) {
    graph.update(of, { opType: 'Identity', inputs: [element] });
    return 1;
  }
  const split = graph.producerOf(of.inputs[0]!);
  const stretch = split?.opType === 'SplitToSequence' ? stretchOf(graph, opset, split, at) : undefined;
  if (!split || !stretch) return 0;
  cutInstead(graph, of, split, stretch);
  return 1;
}

function joinElements(graph: Graph, opset: number, of: Node): number {
  const elements = sequenceElements(graph, opset, of.inputs[0]!);
  if (!elements) return 0;
  const axis = intAttribute(of, 'axis');
  const stacks = intAttribute(of, 'new_axis', 0) === 1;
  const build = GraphBuilder.behind(graph, elements.at(-1) ?? '', `${of.name}.`);
  const inputs = stacks ? elements.map((each) => unsqueeze(build, opset, each, axis)) : elements;
  graph.replaceNode(of, node('Concat', inputs, of.outputs, { axis }, { name: of.name }));
  return 1;
}

interface Stretch {
  readonly start: number;
  readonly end: number;
  /** Whether the axis goes away. */
  readonly drops: boolean;
}

/** Where one element of a split begins and ends; `undefined` if that depends on the length of what is split. */
function stretchOf(graph: Graph, opset: number, split: Node, at: number): Stretch | undefined {
  const [, lengths] = split.inputs;
  const drops = !lengths && intAttribute(split, 'keepdims', 1) === 0;
  // Without lengths, each element is 1 long.
  if (!lengths && at < 0) return { start: at, end: at === -1 ? Number.POSITIVE_INFINITY : at + 1, drops };
  if (!lengths) return { start: at, end: at + 1, drops };
  const known = constantValue(graph, opset, lengths);
  if (!known) return undefined;
  if (known.shape.length === 0) {
    const length = known.data[0]!;
    return at < 0 ? undefined : { start: at * length, end: (at + 1) * length, drops };
  }
  const position = at < 0 ? known.data.length + at : at;
  const start = known.data.slice(0, position).reduce((sum, length) => sum + length, 0);
  return { start, end: start + known.data[position]!, drops };
}

function cutInstead(graph: Graph, of: Node, split: Node, { start, end, drops }: Stretch): void {
  const build = new GraphBuilder(graph, `${of.name}.`);
  const [source] = split.inputs as [string];
  const axis = intAttribute(split, 'axis', 0);
  const become = (opType: string, inputs: readonly string[], attributes: AttributeInputs = {}) =>
    graph.update(of, { ...node(opType, inputs, of.outputs, attributes, { name: of.name }) });
  // An index of rank 0 takes the axis away, in every operator set.
  if (drops) become('Gather', [source, build.constant('index', Tensor.int64([], [start]))], { axis });
  else {
    const integers = (hint: string, value: number) => build.integers(hint, [value]);
    become('Slice', [source, integers('start', start), integers('end', end), integers('axis', axis)]);
  }
}
