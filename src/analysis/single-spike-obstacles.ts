import type { Graph } from '../graph/graph.ts';
import { describeNode, type Node } from '../graph/node.ts';
import { constantValues } from './constant-values.ts';
import { recogniseActivations } from './recognise-activations.ts';
import { synapticOperators } from './synaptic-operators.ts';

/** Operators that spikes pass by arriving: sums with fixed weights, the earliest of several, and changes of place. */
const passable = new Set([
  ...['Identity', 'Cast', 'Dropout', 'Flatten', 'Reshape', 'Transpose', 'Squeeze', 'Unsqueeze', 'Expand'],
  ...[
    'Concat',
    'Slice',
    'Split',
    'Gather',
    'Pad',
    'Resize',
    'Upsample',
    'Tile',
    'DepthToSpace',
    'SpaceToDepth',
  ],
  ...['Add', 'Sum', 'Sub', 'Neg', 'Mean', 'ReduceSum', 'ReduceMean', 'BatchNormalization'],
  ...['AveragePool', 'GlobalAveragePool', 'MaxPool', 'GlobalMaxPool', 'ReduceMax', 'Max'],
]);

/** Operators that scale, if what they scale by is fixed: inputs that have to be constant. */
const scaling: Readonly<Record<string, readonly number[]>> = { Mul: [0, 1], Div: [1] };

/**
 * The operators of a network that neurons which spike once cannot stand for or pass: softmax, normalisation at run time,
 * products of activations, activation functions other than ReLU and its clipped forms. What comes behind the last
 * synaptic operator is computed from the readout, and may be anything.
 *
 * @returns one line for each, with the reason and what to do; in the order of the graph
 */
export function singleSpikeObstacles(graph: Graph): string[] {
  const constant = constantValues(graph);
  const leading = leadingNodes(graph, constant);
  return graph.nodes.flatMap((each) => {
    const reason = leading.has(each) ? obstacleOf(each, constant) : undefined;
    return reason === undefined ? [] : [`${describeNode(each)}: ${reason}`];
  });
}

/** The nodes whose numbers reach a synaptic operator, itself included; those of recognised activation functions apart. */
function leadingNodes(graph: Graph, constant: ReadonlySet<string>): Set<Node> {
  const inputOf = new Map(recogniseActivations(graph).map(({ input, output }) => [output, input]));
  const leading = new Set<Node>(synapticOperators(graph, constant).map(({ node }) => node));
  const open = [...leading].flatMap(({ inputs }) => inputs);
  const seen = new Set<string>();
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (seen.has(name) || constant.has(name)) continue;
    seen.add(name);
    const activated = inputOf.get(name);
    if (activated !== undefined) {
      open.push(activated);
      continue;
    }
    const producer = graph.producerOf(name);
    // Shapes say nothing about the numbers.
    if (!producer || producer.opType === 'Shape') continue;
    leading.add(producer);
    open.push(...producer.inputs);
  }
  return leading;
}

function obstacleOf({ opType, domain, inputs }: Node, constant: ReadonlySet<string>): string | undefined {
  const isFixed = (input: number) => constant.has(inputs[input] ?? '');
  if (domain === '' && passable.has(opType)) return undefined;
  if (domain === '' && opType in scaling) {
    return scaling[opType]?.some(isFixed)
      ? undefined
      : 'it scales activations by others, which single spikes cannot. Use a method for any network, such as ecmt.';
  }
  if (['MatMul', 'Gemm', 'Conv', 'ConvTranspose', 'Einsum'].includes(opType)) {
    return inputs.slice(0, 2).some((_, input) => isFixed(input))
      ? undefined
      : 'it multiplies activations by each other, which single spikes cannot. Use a method for any network, such as ecmt.';
  }
  return 'no neuron that spikes once stands for it. Use a network of ReLU whose normalisation can be folded into weights, or a method for any network, such as ecmt.';
}
