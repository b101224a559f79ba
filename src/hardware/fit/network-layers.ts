import { constantValues } from '../../analysis/constant-values.ts';
import { type SynapticOperator, synapticOperators } from '../../analysis/synaptic-operators.ts';
import type { Graph } from '../../graph/graph.ts';
import { intAttribute, intsAttribute, type Node } from '../../graph/node.ts';
import { sizeOf } from '../../graph/shape.ts';
import { lookUp } from '../../look-up.ts';
import { measureShapes } from '../../sessions/measure-shapes.ts';
import { domain } from '../../spiking/domain.ts';
import { foldFewBitWeights } from '../../spiking/few-bit-weights.ts';
import { foldCorrections } from '../../spiking/fold-corrections.ts';
import type { SpikingNetwork } from '../../spiking/network-kind.ts';
import { isNeuron, type Site, sitesOf } from '../../spiking/neuron-node.ts';
import { type SpikeScaling, spikeAlphabet } from '../../spiking/spike-alphabet.ts';
import { closeTimeAxis } from '../../spiking/time-axis.ts';
import { isTimeAxis } from '../../spiking/time-flow.ts';

/** Synapses that lead to a layer. */
export interface LayerSynapses {
  readonly operator: string;
  readonly kind: 'convolution' | 'depthwise-convolution' | 'linear' | 'product';
  /** Different weights; a convolution uses each at many places. */
  readonly weights: number;
  readonly outputChannels: number;
  /** Inputs of one neuron. */
  readonly fanIn: number;
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
}

/** Neurons with all that leads to them, as a chip has to hold them. */
export interface NetworkLayer {
  /** Name of the site, or of the output. */
  readonly name: string;
  /** Name of the neuron; undefined for what is read out. */
  readonly neuron: string | undefined;
  readonly scaling: SpikeScaling;
  readonly neurons: number;
  readonly synapses: readonly LayerSynapses[];
  /** What else lies before it: sums, pooling, and operators that no synapses are, by their ONNX names. */
  readonly through: readonly string[];
  /** Layers whose spikes it reads. */
  readonly reads: readonly string[];
}

/** The layers of a spiking network, in topological order. */
export async function networkLayers({ model: given }: SpikingNetwork): Promise<NetworkLayer[]> {
  const model = given.clone();
  foldCorrections(model);
  foldFewBitWeights(model);
  model.graph.removeDeadNodes();
  const { graph } = model;
  const constant = constantValues(graph);
  const operators = synapticOperators(graph, constant);
  const sites = sitesOf(model);
  const outputs = graph.nodes.filter((each) => isTimeAxis(each, closeTimeAxis));
  const shapes = await measureShapes(model, [
    ...sites.map(({ value }) => value),
    ...outputs.flatMap((each) => each.inputs.slice(0, 1)),
    ...operators.flatMap(({ node }) => [...node.inputs.slice(0, 2), ...node.outputs.slice(0, 1)]),
  ]);
  const search = new LayerSearch(graph, constant, operators, sites, shapes);
  const size = (value: string) => sizeOf(lookUp(shapes, value, 'shape of value').slice(1));
  return [
    ...sites.map((site) => ({
      name: site.name,
      neuron: site.neuron.name,
      scaling: spikeAlphabet(site).scaling,
      neurons: size(site.value),
      ...search.before(site.value),
    })),
    ...outputs.flatMap((each) => {
      const [value = '', name = ''] = [each.inputs[0], each.outputs[0]];
      const found = search.before(value);
      const readOut = { name, neuron: undefined, scaling: 'none' as const, neurons: size(value), ...found };
      return found.synapses.length + found.through.length > 0 ? [readOut] : [];
    }),
  ];
}

type Shapes = ReadonlyMap<string, readonly number[]>;

/** Operators that only say where numbers lie. */
const places = new Set(
  'Identity Dropout Flatten Reshape Squeeze Unsqueeze Transpose Slice Pad Concat Split Cast Expand Gather'.split(
    ' ',
  ),
);

const pooling: Readonly<Record<string, string>> = {
  AveragePool: 'average-pool',
  GlobalAveragePool: 'average-pool',
  ReduceMean: 'average-pool',
  MaxPool: 'max-pool',
  GlobalMaxPool: 'max-pool',
};

/** Looks at what is before neurons, up to those before. */
class LayerSearch {
  readonly #graph: Graph;
  readonly #constant: ReadonlySet<string>;
  readonly #operators: ReadonlyMap<Node, SynapticOperator>;
  readonly #sites: ReadonlyMap<Node, Site>;
  readonly #shapes: Shapes;

  constructor(
    graph: Graph,
    constant: ReadonlySet<string>,
    operators: readonly SynapticOperator[],
    sites: readonly Site[],
    shapes: Shapes,
  ) {
    this.#graph = graph;
    this.#constant = constant;
    this.#operators = new Map(operators.map((each) => [each.node, each]));
    this.#sites = new Map(sites.map((site) => [site.node, site]));
    this.#shapes = shapes;
  }

  before(value: string): Pick<NetworkLayer, 'synapses' | 'through' | 'reads'> {
    const [synapses, through, reads] = [
      new Map<string, LayerSynapses>(),
      new Set<string>(),
      new Set<string>(),
    ];
    const seen = new Set<string>();
    const open = [value];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      const producer = this.#graph.producerOf(name);
      if (!producer || seen.has(producer.name)) continue;
      seen.add(producer.name);
      const site = this.#sites.get(producer);
      if (site) reads.add(site.name);
      if (isNeuron(producer) || producer.domain === domain) continue;
      const operator = this.#operators.get(producer);
      if (operator) synapses.set(producer.name, this.#synapsesOf(operator));
      else for (const each of throughOf(producer, this.#constant)) through.add(each);
      // Two rows of synapses without neurons between them are both needed.
      open.push(...producer.inputs.filter((input) => input !== '' && !this.#constant.has(input)));
    }
    return { synapses: [...synapses.values()].toReversed(), through: [...through], reads: [...reads] };
  }

  #synapsesOf({ node, kind, weights }: SynapticOperator): LayerSynapses {
    const shapeOf = (name: string | undefined) => this.#shapes.get(name ?? '') ?? [];
    const output = shapeOf(node.outputs[0]);
    const weight = shapeOf(weights[0]?.value);
    const count = weights.length === 0 ? 0 : sizeOf(weight);
    if (node.opType === 'Conv' && kind === 'linear') {
      const groups = intAttribute(node, 'group', 1);
      const [out = 1, ...rest] = weight;
      const kernel = rest.slice(1);
      return {
        operator: node.name,
        kind: groups > 1 ? 'depthwise-convolution' : 'convolution',
        weights: count,
        outputChannels: out,
        fanIn: sizeOf(rest),
        kernel,
        strides: intsAttribute(
          node,
          'strides',
          kernel.map(() => 1),
        ),
      };
    }
    const outputChannels = output.at(-1) ?? 1;
    const isProduct = kind === 'product' || weights.length === 0;
    return {
      operator: node.name,
      kind: isProduct ? 'product' : 'linear',
      weights: count,
      outputChannels,
      fanIn: isProduct ? (shapeOf(node.inputs[0]).at(-1) ?? 1) : count / outputChannels,
      kernel: [],
      strides: [],
    };
  }
}

/** What an operator is to a chip, if it is anything. */
function throughOf(of: Node, constant: ReadonlySet<string>): string[] {
  const carried = of.inputs.filter((input) => input !== '' && !constant.has(input));
  if (places.has(of.opType)) return [];
  const pool = pooling[of.opType];
  if (pool) return [pool];
  if (of.opType === 'Add' || of.opType === 'Sum') return carried.length > 1 ? ['sum'] : [];
  // A factor that is always the same goes into the weights.
  if ((of.opType === 'Mul' || of.opType === 'Div') && carried.length === 1 && carried[0] === of.inputs[0])
    return [];
  return [of.opType];
}
