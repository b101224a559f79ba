import type { Graph } from '../graph/graph.ts';
import type { Node } from '../graph/node.ts';
import { mustExist } from '../look-up.ts';
import { domain } from './domain.ts';
import { isNeuron } from './neuron-node.ts';
import { type closeTimeAxis, openTimeAxis, presentsOverTime } from './time-axis.ts';

/**
 * How a value of a spiking graph depends on time: `constant` has no batch; `still` is the same at every step, [N, …];
 * `timed` differs from step to step, [T·N, …]; `last` is wanted at the last step alone, [N, …].
 */
export type TimeFlow = 'constant' | 'still' | 'timed' | 'last';

/** How the values of a spiking graph depend on time. @param timedInput whether the input itself differs from step to step */
export function timeFlow(graph: Graph, timedInput: boolean): ReadonlyMap<string, TimeFlow> {
  const flow = new Map<string, TimeFlow>();
  for (const name of graph.initializers.keys()) flow.set(name, 'constant');
  for (const { name } of graph.inputs) flow.set(name, timedInput ? 'timed' : 'still');
  // What is computed from shapes would not fit another number of rows.
  const plain = graph.nodes.some(({ opType }) => opType === 'Shape' || opType === 'Size');
  const early = plain ? new Set(graph.nodes) : beforeNeurons(graph);
  for (const node of graph.nodes) {
    const made = flowOf(node, flow, plain);
    const late = made === 'timed' && !early.has(node) && !isNeuron(node);
    for (const output of node.outputs) flow.set(output, late ? 'last' : made);
  }
  return flow;
}

function flowOf(node: Node, flow: ReadonlyMap<string, TimeFlow>, plain: boolean): TimeFlow {
  if (isNeuron(node) || presentsOverTime(node)) return 'timed';
  const given = node.inputs
    .filter((name) => name !== '')
    .map((name) => mustExist(flow.get(name), `time flow of '${name}'`));
  if (isTimeAxis(node, openTimeAxis)) return plain ? 'timed' : mustExist(given[0], 'input');
  if (given.includes('timed') || given.includes('last')) return 'timed';
  return given.includes('still') ? 'still' : 'constant';
}

/** Whether a node opens or closes the time axis. */
export function isTimeAxis(of: Node, opType: typeof openTimeAxis | typeof closeTimeAxis): boolean {
  return of.domain === domain && of.opType === opType;
}

/** Nodes from which a neuron can be reached. */
function beforeNeurons(graph: Graph): Set<Node> {
  const found = new Set<Node>();
  const needed = new Set<string>();
  for (const node of graph.nodes.toReversed()) {
    if (!isNeuron(node) && !node.outputs.some((name) => needed.has(name))) continue;
    if (!isNeuron(node)) found.add(node);
    for (const name of node.inputs) needed.add(name);
  }
  return found;
}
