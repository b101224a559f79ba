import type { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import { type Node, node } from '../../graph/node.ts';
import { Tensor } from '../../graph/tensor.ts';
import { runningMeans } from '../../spiking/time-axis.ts';

/** Presents an input over time [N, T, …] to a network that is laid out over T steps: its running means or currents, [T·N, …]. */
export function presentUnrolled(graph: Graph, { name, opType, inputs, outputs }: Node, steps: number): void {
  const build = new GraphBuilder(graph, `unrolled.${name}.`);
  const input = inputs[0] ?? '';
  const currents = Array.from({ length: steps }, (_, step) => {
    const at = build.constant('at', Tensor.int64([], [step]));
    return build.op('Gather', [input, at], { axis: 1 });
  });
  const shown = opType === runningMeans ? meansOf(build, currents) : currents;
  graph.append(node('Concat', shown, outputs, { axis: 0 }, { name }));
}

function meansOf(build: GraphBuilder, currents: readonly string[]): string[] {
  let sum = '';
  return currents.map((current, i) => {
    sum = i === 0 ? current : build.op('Add', [sum, current]);
    return build.op('Div', [sum, build.scalar('t', i + 1)]);
  });
}
