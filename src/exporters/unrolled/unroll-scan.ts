import { GraphBuilder } from '../../graph/graph-builder.ts';
import type { Model } from '../../graph/model.ts';
import { type Node, node } from '../../graph/node.ts';
import { subgraphsOf } from '../../graph/operation.ts';
import { mustExist } from '../../look-up.ts';
import { inlineNodes } from '../../passes/inline-nodes.ts';
import { StepSplitter } from './step-splitter.ts';

/**
 * Puts the body of a Scan in its place, once for each step.
 *
 * @param scan that carries states along and collects nothing
 * @param steps length of what it goes through
 */
export function unrollScan(model: Model, scan: Node, steps: number): void {
  const { graph } = model;
  const [body] = subgraphsOf(scan);
  const inside = mustExist(body, 'body of a Scan');
  const { inputs, outputs, nodes, initializers } = inside;
  const around = [...inside.capturedValues()].map((name) => [name, name] as const);
  const build = new GraphBuilder(graph, `${scan.name}.`, { behind: scan });
  const splitter = new StepSplitter(model, steps);
  const columns = scan.inputs
    .slice(outputs.length)
    .map((value) => splitter.split(build, value).map((step) => splitter.withoutAxis(build, step, 0)));
  let states = scan.inputs.slice(0, outputs.length);
  const places = Array.from({ length: steps }, (_, step) => {
    const made = states.map((_, i) => graph.freshName(`${scan.name}.${step}.${i}`));
    const place = node('Placeholder', [], made, {}, { name: graph.freshName(`${scan.name}.step${step}`) });
    build.add(place);
    const given = [...states, ...columns.map((column) => column[step] ?? '')];
    states = made;
    return { place, given };
  });
  for (const { place, given } of places) {
    inlineNodes(graph, place, {
      nodes,
      initializers,
      outputs: outputs.map(({ name }) => name),
      given: new Map([...around, ...inputs.map(({ name }, i) => [name, given[i] ?? ''] as const)]),
    });
  }
  for (const [i, value] of scan.outputs.entries()) graph.redirectConsumers(value, states[i] ?? '');
  graph.removeNode(scan);
}
