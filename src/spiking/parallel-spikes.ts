import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { ModelFunction } from '../graph/model.ts';
import { node } from '../graph/node.ts';
import { Tensor } from '../graph/tensor.ts';
import { domain } from './domain.ts';

/** Operator that gives every level of a multi-threshold neuron a binary channel of its own. */
export const parallelSpikes = 'ParallelSpikes';

/**
 * The ONNX function of that operator.
 *
 * Inputs: spikes [T·N, …] of a multi-threshold neuron, steps int64 [1] = T, ladder [n] (levels in units of the
 * threshold), thresholdPositive and thresholdNegative, scalars.
 * Outputs, with a trailing axis of 2n channels (positive levels ascending, then negative ones): `rates`
 * [T·N, …, 2n], the running mean of each channel's spikes, and `binary` [T·N, …, 2n], the spikes themselves, each 0 or 1.
 */
export function parallelSpikesFunction(opset: number): ModelFunction {
  const graph = new Graph(parallelSpikes);
  const build = new GraphBuilder(graph);
  const amplitudes = channelAmplitudes(build, 'ladder', 'thresholdPositive', 'thresholdNegative');
  const shape = build.op('Shape', ['spikes']);
  const one = build.integers('one', [1]);
  const column = build.op('Reshape', ['spikes', build.op('Concat', [shape, one], { axis: 0 })]);
  const fired = build.op('Cast', [build.op('Equal', [column, amplitudes])], { to: 1 }, { name: 'fired' });
  const channelShape = build.op('Shape', [fired]);

  const minusOne = build.integers('batch', [-1]);
  const flat = build.op('Reshape', [fired, build.op('Concat', ['steps', minusOne], { axis: 0 })]);
  const sums = build.op('CumSum', [flat, build.constant('timeAxis', Tensor.int64([], [0]))]);
  const means = build.op('Div', [sums, timesColumn(build)]);
  graph.append(node('Reshape', [means, channelShape], ['rates']), node('Identity', [fired], ['binary']));
  const constants = [...graph.initializers].map(([key, value]) => node('Constant', [], [key], { value }));
  return {
    name: parallelSpikes,
    domain,
    inputs: ['spikes', 'steps', 'ladder', 'thresholdPositive', 'thresholdNegative'],
    outputs: ['rates', 'binary'],
    attributes: [],
    attributeDefaults: new Map(),
    nodes: [...constants, ...graph.nodes],
    opsets: new Map([['', opset]]),
    doc: 'Splits multi-level spikes into one binary channel a level and gives the running mean of each.',
  };
}

/**
 * Amplitudes of the channels, float32 [2n]: the levels times the positive threshold, then minus the levels times the
 * negative one, by the same multiplication as in the neuron, so that spikes equal their amplitude exactly.
 */
export function channelAmplitudes(
  build: GraphBuilder,
  ladder: string,
  thresholdPositive: string,
  thresholdNegative: string,
): string {
  const [levels, positive, negative] = [ladder, thresholdPositive, thresholdNegative].map((name) =>
    build.op('Cast', [name], { to: 1 }),
  ) as [string, string, string];
  const up = build.op('Mul', [levels, positive]);
  const down = build.op('Mul', [levels, build.op('Neg', [negative])]);
  return build.op('Concat', [up, down], { axis: 0 }, { name: 'amplitudes' });
}

/** Values 1…T as a column, float32 [T, 1]. */
function timesColumn(build: GraphBuilder): string {
  const scalarShape = build.constant('scalarShape', Tensor.int64([0], []));
  const steps = build.op('Cast', [build.op('Reshape', ['steps', scalarShape])], { to: 1 });
  const one = build.scalar('first', 1);
  const times = build.op('Range', [one, build.op('Add', [steps, one]), one]);
  return build.op('Reshape', [times, build.integers('column', [-1, 1])]);
}
