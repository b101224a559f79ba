import type { Timeline } from '../dynamics/define-neuron.ts';
import { GraphError } from '../errors.ts';
import type { Graph } from '../graph/graph.ts';
import { valuesReadBy } from '../graph/operation.ts';
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
  const neurons = new Set(sites.map(({ node }) => node.name));
  const depth = new Map<string, number>();
  for (const each of graph.nodes) {
    const before = Math.max(0, ...[...valuesReadBy(each)].map((name) => depth.get(name) ?? 0));
    for (const name of each.outputs) depth.set(name, before + (neurons.has(each.name) ? 1 : 0));
  }
  return Math.max(0, ...graph.outputs.map(({ name }) => depth.get(name) ?? 0));
}
