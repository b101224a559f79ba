import { definePass } from '../graph/define-pass.ts';
import type { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { graphAttribute, type Node, node } from '../graph/node.ts';
import { subgraphsOf } from '../graph/operation.ts';
import { Tensor } from '../graph/tensor.ts';
import { constantValue } from './constant-value.ts';
import { inlineNodes } from './inline-nodes.ts';
import { unsqueeze } from './unsqueeze.ts';

/** A loop that would become more operators than this stays a loop. */
const mostOperators = 5000;

/** Puts the rounds of a Loop one behind the other, where their number is known and no round ends it early. */
export const unrollLoops = definePass({
  name: 'unroll-loops',
  summary: 'Loop with a known number of rounds becomes the operators of all rounds.',
  rewrites: 'input',
  apply({ graph, opset }) {
    const changes = unrollIn(graph, opset);
    if (changes > 0) graph.removeDeadNodes();
    return changes;
  },
});

function unrollIn(graph: Graph, opset: number): number {
  let changes = 0;
  const open = graph.nodes.toReversed();
  for (let each = open.pop(); each; each = open.pop()) {
    const rounds = roundsOf(graph, opset, each);
    if (rounds > 0) {
      changes++;
      open.push(...unroll(graph, opset, each, rounds).toReversed());
    } else for (const body of subgraphsOf(each)) changes += unrollIn(body, opset);
  }
  return changes;
}

/** How often the body is run; 0 if that is not known, or never. */
function roundsOf(graph: Graph, opset: number, loop: Node): number {
  if (loop.opType !== 'Loop' || loop.domain !== '') return 0;
  const [most, goesOn] = loop.inputs;
  const body = graphAttribute(loop, 'body');
  const isTrue = (inside: Graph, value: string) => constantValue(inside, opset, value)?.data[0] === 1;
  if (!most || (goesOn && !isTrue(graph, goesOn)) || !goesOnAlways(body, isTrue)) return 0;
  const rounds = constantValue(graph, opset, most)?.data[0] ?? 0;
  return rounds * body.nodes.length <= mostOperators ? rounds : 0;
}

/** Whether no round ends the loop: what it says of going on is what it was told, or always true. */
function goesOnAlways(body: Graph, isTrue: (body: Graph, value: string) => boolean): boolean {
  let name = body.outputs[0]!.name;
  for (let of = body.producerOf(name); of?.opType === 'Identity'; of = body.producerOf(name))
    name = of.inputs[0]!;
  return name === body.inputs[1]?.name || isTrue(body, name);
}

/** @returns the operators of all rounds */
function unroll(graph: Graph, opset: number, loop: Node, rounds: number): Node[] {
  const body = graphAttribute(loop, 'body');
  const width = loop.inputs.length - 2;
  const build = new GraphBuilder(graph, `${loop.name}/`);
  const goesOn = build.constant('on', Tensor.of('bool', [], Uint8Array.of(1)));
  const calls: Node[] = [];
  let carried = loop.inputs.slice(2);
  for (let round = 0; round < rounds; round++) {
    const number = build.constant('round', Tensor.int64([], [round]));
    const outputs = body.outputs.slice(1).map(({ name }) => graph.freshName(`${loop.name}/${round}/${name}`));
    const call = node('Loop', [number, goesOn, ...carried], outputs, {}, { name: `${loop.name}/${round}` });
    graph.insertBefore(loop, call);
    calls.push(call);
    carried = outputs.slice(0, width);
  }
  close(graph, opset, loop, calls, width);
  return calls.flatMap((call) => inlineNodes(graph, call, bodyOf(body, call)));
}

/** The outputs of the loop: the last of what is carried, and what every round gave beside it, stacked. */
function close(graph: Graph, opset: number, loop: Node, calls: readonly Node[], width: number): void {
  const last = calls.at(-1)!;
  const made = loop.outputs.flatMap((output, i) => {
    if (!output) return [];
    if (i < width) return [node('Identity', [last.outputs[i]!], [output], {}, { name: output })];
    const build = GraphBuilder.behind(graph, last.outputs[i]!, `${loop.name}/`);
    const rows = calls.map(({ outputs }) => unsqueeze(build, opset, outputs[i]!, 0));
    return [node('Concat', rows, [output], { axis: 0 }, { name: output })];
  });
  graph.update(loop, { outputs: [] });
  graph.replaceNode(loop, ...made);
}

function bodyOf(body: Graph, call: Node) {
  return {
    nodes: body.nodes,
    initializers: body.initializers,
    outputs: body.outputs.slice(1).map(({ name }) => name),
    given: new Map([
      ...[...body.capturedValues()].map((name) => [name, name] as const),
      ...body.inputs.map(({ name }, i) => [name, call.inputs[i]!] as const),
    ]),
  };
}
