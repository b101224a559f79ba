import type { Graph } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import { lookUp, mustExist } from '../look-up.ts';
import type { Activity } from '../results/activity.ts';
import type { LabelledOperator } from '../results/energy-result.ts';
import { type Site, sitesOf } from '../spiking/neuron-node.ts';
import { siteCarrying } from '../spiking/site-carrying.ts';
import { type SpikeAlphabet, spikeAlphabet } from '../spiking/spike-alphabet.ts';
import type { Operations, OtherOperator } from './count-operations.ts';
import { labelOperators } from './operator-labels.ts';
import { type SynapticWork, synapticWork } from './synaptic-work.ts';

/** Neurons of one site. */
export interface SiteLoad {
  readonly name: string;
  /** Number of neurons for one image. */
  readonly neurons: number;
  readonly alphabet: SpikeAlphabet;
  /** Spikes for one image by time-step, the hidden steps first. */
  readonly spikes: readonly number[];
  /** Additions and comparisons of one neuron in one step: integrate, find the level by halving, reset. */
  readonly additions: number;
  /** Numbers that one neuron keeps: its potential, and what it has emitted where a product needs that. */
  readonly words: number;
}

/** What a spiking network does for one image, mean over some images. */
export interface SpikingLoad {
  /** Number of steps, hidden ones included. */
  readonly steps: number;
  readonly hiddenSteps: number;
  readonly work: readonly SynapticWork[];
  readonly sites: readonly SiteLoad[];
  /** Non-synaptic operators, without activation functions in whose place neurons stand. */
  readonly others: readonly OtherOperator[];
  readonly labels: readonly LabelledOperator[];
  /** Elements that stateful operators accumulate: what they read, and what they have passed on. */
  readonly stateful: { readonly read: number; readonly passedOn: number };
}

/**
 * What a spiking network does for one image.
 *
 * @param source its source form, and what that calculates
 * @param activity spikes, summed over `images`
 * @param neurons number of neurons for one image by site
 */
export function spikingLoad(
  spiking: Model,
  source: { readonly graph: Graph; readonly operations: Operations },
  activity: Activity,
  images: number,
  neurons: ReadonlyMap<string, number>,
): SpikingLoad {
  const sites = sitesOf(spiking);
  const alphabets = new Map(sites.map((site) => [site.name, spikeAlphabet(site)]));
  const { operations } = source;
  const work = synapticWork(operations.synaptic, activity, alphabets, siteCarrying(spiking), images);
  const kept = new Set(
    work
      .filter(({ cost, terms }) => cost.kind === 'product' && terms.length > 0)
      .flatMap((each) => each.sites),
  );
  const labels = labelOperators(spiking, operations, work);
  const labelled = new Map(labels.map(({ name, label }) => [name, label]));
  return {
    steps: Object.values(activity.spikes)[0]!.length,
    hiddenSteps: activity.hiddenSteps,
    work,
    sites: sites.map((site) => {
      const alphabet = lookUp(alphabets, site.name, 'alphabet of site');
      const spikes = mustExist(activity.spikes[site.name], `spikes of site '${site.name}'`);
      return {
        name: site.name,
        neurons: lookUp(neurons, site.name, 'number of neurons of site'),
        alphabet,
        spikes: spikes.map((count) => count / images),
        additions: 2 + Math.ceil(Math.log2(alphabet.values)),
        words: stateWords(site) + (kept.has(site.name) ? 1 : 0),
      };
    }),
    others: operations.others.filter(({ name }) => labelled.has(name)),
    labels,
    stateful: statefulElements(source.graph, operations, work, (name) => labelled.get(name) === 'stateful'),
  };
}

/** The count of spikes is a report, not a memory. */
function stateWords({ neuron }: Site): number {
  return neuron.state.filter((name) => name !== neuron.spikeCount).length;
}

/** What stateful operators hand to one another is accumulated once; what a product reads, its neurons keep. */
function statefulElements(
  graph: Graph,
  { others }: Operations,
  work: readonly SynapticWork[],
  isStateful: (name: string) => boolean,
): { read: number; passedOn: number } {
  const members = others.filter(({ name }) => isStateful(name));
  const made = new Map(members.flatMap(({ outputs }) => outputs).map(({ value, size }) => [value, size]));
  const taken = new Map(members.flatMap(({ inputs }) => inputs).map(({ value, size }) => [value, size]));
  const inside = new Set(members.map(({ name }) => name));
  const leaves = (value: string) =>
    graph.isOutput(value) || graph.consumersOf(value).some(({ name }) => !inside.has(name));
  const total = (values: ReadonlyMap<string, number>, counts: (value: string) => boolean) =>
    [...values].reduce((sum, [value, size]) => sum + (counts(value) ? size : 0), 0);
  const products = work
    .filter(({ cost, terms }) => cost.kind === 'product' && terms.length > 0)
    .reduce((sum, { cost }) => sum + cost.outputs, 0);
  return { read: total(taken, (value) => !made.has(value)), passedOn: total(made, leaves) + products };
}
