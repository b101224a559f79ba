import { inferTypes, type ValueType } from '../../differentiation/infer-types.ts';
import { definePass } from '../../graph/define-pass.ts';
import type { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import type { Model } from '../../graph/model.ts';
import { floatAttribute, type Node } from '../../graph/node.ts';
import { sizeOf } from '../../graph/shape.ts';
import { lookUp } from '../../look-up.ts';

/** Name of the input that random numbers come in by. */
export const drawnNumbers = 'drawn';

/** Rate of a Dropout that says none. */
const usualRate = 0.5;

/**
 * Lets random operators read numbers that are given, uniform in [0, 1), so that a training makes the same bits again: RandomUniformLike
 * (from 0 to 1) gives them as they are, and Dropout lets x/(1 − p) pass where its number is at least p, and 0 elsewhere.
 *
 * @param drops whether Dropout drops something; outside of training it passes everything on
 * @returns how many numbers the input {@link drawnNumbers} takes, [count]; 0 where there is none
 */
export const drawNumbers = definePass({
  name: 'draw-numbers',
  summary: 'Random operators read numbers that are given.',
  rewrites: 'input',
  async apply(model: Model, drops: boolean): Promise<number> {
    const { graph } = model;
    const isRandom = ({ domain, opType }: Node) =>
      domain === '' && (opType === 'RandomUniformLike' || (drops && opType === 'Dropout'));
    const found = graph.nodes.filter(isRandom);
    const types = found.length === 0 ? new Map<string, ValueType>() : await inferTypes(model);
    let count = 0;
    for (const each of found) {
      const { shape } = lookUp(types, each.outputs[0] ?? '', 'type of value');
      const size = sizeOf(shape);
      takePlaceOf(graph, each, { from: count, size, shape });
      count += size;
    }
    if (!drops) passDropouts(graph);
    if (count > 0) graph.addInput({ name: drawnNumbers, dataType: 'float32', shape: [count] });
    return count;
  },
});

/** Which of the given numbers an operator reads, and their shape. */
interface Share {
  readonly from: number;
  readonly size: number;
  readonly shape: readonly number[];
}

function takePlaceOf(graph: Graph, each: Node, { from, size, shape }: Share): void {
  const [output = ''] = each.outputs;
  const build = GraphBuilder.behind(graph, output, `${output}.`);
  const bounds = [from, from + size, 0].map((bound, i) =>
    build.integers(['from', 'to', 'axis'][i] ?? '', [bound]),
  );
  const flat = build.op('Slice', [drawnNumbers, ...bounds]);
  const numbers = build.op('Reshape', [flat, build.integers('shape', shape)], {}, { name: 'numbers' });
  const made = each.opType === 'Dropout' ? dropped(build, each, numbers) : numbers;
  graph.redirectConsumers(output, made);
  graph.removeNode(each);
}

function dropped(build: GraphBuilder, each: Node, numbers: string): string {
  const [value = '', rate = ''] = each.inputs;
  // An attribute up to opset 11, an input from then on.
  const given = build.graph.initializers.get(rate)?.toNumber();
  const p = given ?? floatAttribute(each, 'ratio', usualRate);
  const above = build.op('GreaterOrEqual', [numbers, build.scalar('rate', p)]);
  const kept = build.op('Cast', [above], { to: 1 });
  const mask = build.op('Mul', [kept, build.scalar('kept', 1 / (1 - p))], {}, { name: 'mask' });
  return build.op('Mul', [value, mask], {}, { name: 'dropped' });
}

function passDropouts(graph: Graph): void {
  for (const each of graph.nodes.filter(({ domain, opType }) => domain === '' && opType === 'Dropout')) {
    graph.redirectConsumers(each.outputs[0] ?? '', each.inputs[0] ?? '');
    graph.removeNode(each);
  }
}
