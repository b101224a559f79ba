import type { Graph } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import { lookUp, mustExist } from '../look-up.ts';
import type { Activity } from '../results/activity.ts';
import type { LabelledOperator } from '../results/energy-result.ts';
import { domain } from '../spiking/domain.ts';
import { weightBitsOf } from '../spiking/few-bit-weights.ts';
import { type SpikingNetwork, spikingNetwork } from '../spiking/network-kind.ts';
import type { Site } from '../spiking/neuron-node.ts';
import { type SpikeAlphabet, spikeAlphabet } from '../spiking/spike-alphabet.ts';
import { closeTimeAxis } from '../spiking/time-axis.ts';
import { windowSlots } from '../spiking/timeline.ts';
import type { Operations, OtherOperator } from './count-operations.ts';
import { labelOperators } from './operator-labels.ts';
import { siteCarrying } from './site-carrying.ts';
import { type SynapticWork, synapticWork } from './synaptic-work.ts';
import { type Flow, type ValueFlow, valueFlow } from './value-flow.ts';

/** Neurons of one site. */
export interface SiteLoad {
  readonly name: string;
  /** Value that following operators read. */
  readonly decoded: string;
  /** Number of neurons for one image. */
  readonly neurons: number;
  readonly alphabet: SpikeAlphabet;
  /** Spikes for one image by time-step, the hidden steps first. */
  readonly spikes: readonly number[];
  /** Comparisons of one neuron in one step: the level is found by halving. */
  readonly comparisons: number;
  /** Numbers that one neuron keeps by its own equations. */
  readonly stateWords: number;
  /** Steps, or slots of its window, in which it works in runs of 1, 2, … steps. Default: all */
  readonly updates?: readonly number[] | undefined;
  /** How what it integrates arrives, when operators work on running means. */
  readonly input: Flow;
}

/** An operator, and how what it makes flows when operators work on running means. */
export interface FlowingOperator {
  readonly output: Flow;
}

/** What a spiking network does for one image, mean over some images. */
export interface SpikingLoad {
  /** Number of steps, hidden ones included. */
  readonly steps: number;
  readonly hiddenSteps: number;
  readonly work: readonly (SynapticWork & FlowingOperator)[];
  readonly sites: readonly SiteLoad[];
  /** Non-synaptic operators, without activation functions in whose place neurons stand. */
  readonly others: readonly (OtherOperator & FlowingOperator)[];
  readonly labels: readonly LabelledOperator[];
  readonly flow: ValueFlow;
  /** Elements for one image by value. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Of the source form. */
  readonly graph: Graph;
}

/**
 * What a spiking network does for one image.
 *
 * @param network the network as it was opened, or its model
 * @param source its source form, and what that calculates
 * @param activity spikes, summed over `images`
 * @param neurons number of neurons for one image by site
 */
export function spikingLoad(
  network: SpikingNetwork | Model,
  source: { readonly graph: Graph; readonly operations: Operations },
  activity: Activity,
  images: number,
  neurons: ReadonlyMap<string, number>,
): SpikingLoad {
  const spiking = spikingNetwork(network);
  const { model, sites: placed } = spiking;
  const alphabets = new Map(placed.map((site) => [site.name, spikeAlphabet(site)]));
  const { operations, graph } = source;
  const weightBits = weightBitsOf(model.graph);
  const costs = operations.synaptic.map((cost) => ({ ...cost, weightBits: weightBits.get(cost.name) }));
  const work = synapticWork(costs, activity, alphabets, siteCarrying(placed), images);
  const labels = labelOperators(spiking, operations, work);
  const labelled = new Set(labels.map(({ name }) => name));
  const flow = valueFlow(model);
  const nodes = new Map(model.graph.nodes.map((node) => [node.name, node]));
  const outputOf = (name: string): FlowingOperator => {
    const [value] = lookUp(nodes, name, 'operator').outputs;
    return { output: lookUp(flow.flowOf, value!, 'flow of value') };
  };
  const sites = placed.map((site): SiteLoad => {
    const alphabet = lookUp(alphabets, site.name, 'alphabet of site');
    const spikes = mustExist(activity.spikes[site.name], `spikes of site '${site.name}'`);
    return {
      name: site.name,
      decoded: site.decoded,
      neurons: lookUp(neurons, site.name, 'number of neurons of site'),
      alphabet,
      spikes: spikes.map((count) => count / images),
      comparisons: Math.ceil(Math.log2(alphabet.values)),
      stateWords: stateWords(site),
      updates: site.neuron.windowSlots && spikes.map((_, i) => windowSlots(site, i + 1)),
      input: lookUp(flow.flowOf, site.value, 'flow of value'),
    };
  });
  return {
    steps: Object.values(activity.spikes)[0]!.length,
    hiddenSteps: activity.hiddenSteps,
    work: work.map((each) => ({ ...each, ...outputOf(each.cost.name) })),
    sites,
    others: operations.others
      .filter(({ name }) => labelled.has(name))
      .map((each) => ({ ...each, ...outputOf(each.name) })),
    labels,
    flow,
    sizes: sizesIn(model.graph, operations.sizes, sites),
    graph,
  };
}

/** The output of the source network has another name in the spiking one, before its steps get an axis of their own. */
function sizesIn(
  { nodes }: Graph,
  inSource: ReadonlyMap<string, number>,
  sites: readonly SiteLoad[],
): Map<string, number> {
  const sizes = new Map([...inSource, ...sites.map((site) => [site.decoded, site.neurons] as const)]);
  for (const { domain: of, opType, inputs, outputs } of nodes) {
    const size = sizes.get(outputs[0] ?? '');
    if (of === domain && opType === closeTimeAxis && size !== undefined) sizes.set(inputs[0]!, size);
  }
  return sizes;
}

/** The count of spikes is a report, not a memory. */
function stateWords({ neuron }: Site): number {
  return neuron.state.filter((name) => name !== neuron.spikeCount).length;
}
