import type { Timeline } from '../dynamics/define-neuron.ts';
import { GraphError } from '../errors.ts';
import type { Graph } from '../graph/graph.ts';
import { valuesReadBy } from '../graph/operation.ts';
import { firstParameters } from './first-parameters.ts';
import type { Site } from './neuron-node.ts';

/** What the time-steps of a network are. @throws GraphError if its neurons do not agree */
export function timelineOf(sites: readonly Pick<Site, 'name' | 'neuron'>[]): Timeline {
  const [first] = sites;
  const timeline = first?.neuron.timeline ?? 'steps';
  const other = sites.find(({ neuron }) => (neuron.timeline ?? 'steps') !== timeline);
  if (!other) return timeline;
  throw new GraphError({
    where: `site '${other.name}': neuron '${other.neuron.name}'`,
    expected: `neurons whose time-steps are ${timeline}, as at site '${first?.name}'`,
    got: `${other.neuron.timeline ?? 'steps'}`,
    remedy: 'Give all neurons of a network the same timeline',
  });
}

/** The number of windows that a run of a network on slots lasts: sites on the longest way from an input to an output. */
export function windowsOf(graph: Graph, sites: readonly Pick<Site, 'node'>[]): number {
  return longestWay(graph, new Map(sites.map(({ node }) => [node.name, 1])));
}

/** Slots of the window that the neurons of a site have in the run of t slots. */
export function windowSlots(site: Pick<Site, 'neuron' | 'parameters'>, t: number): number {
  return site.neuron.windowSlots?.(t, firstParameters(site)) ?? t;
}

/** Slots that the run of t slots lasts, window after window on the longest way from an input to an output. */
export function latencyOf(
  graph: Graph,
  sites: readonly Pick<Site, 'node' | 'neuron' | 'parameters'>[],
  t: number,
): number {
  return longestWay(graph, new Map(sites.map((site) => [site.node.name, windowSlots(site, t)])));
}

/** The most that nodes on one way from an input to an output last together. @param durations by name of the node; of others 0 */
export function longestWay(graph: Graph, durations: ReadonlyMap<string, number>): number {
  const ends = new Map<string, number>();
  for (const each of graph.nodes) {
    const before = Math.max(0, ...[...valuesReadBy(each)].map((name) => ends.get(name) ?? 0));
    for (const name of each.outputs) ends.set(name, before + (durations.get(each.name) ?? 0));
  }
  return Math.max(0, ...graph.outputs.map(({ name }) => ends.get(name) ?? 0));
}
