import { ConversionError, listProblems } from '../errors.ts';
import type { Site } from '../spiking/neuron-node.ts';
import { requireKnown } from '../spiking/unknown-neuron.ts';

/**
 * What becomes of averages at the border of two windows of a stream.
 *
 * - `continued`: time and all sums go on, so that the windows are one long one; answers are means since the stream began.
 * - `restarted`: the membrane potentials go on, the averages begin anew; answers are means over the window at hand.
 */
export type StreamAverages = 'continued' | 'restarted';

/** @throws ConversionError that lists the sites whose neurons cannot go on from one window to the next */
export function requireStream(sites: readonly Site[], averages: StreamAverages): void {
  for (const { neuron } of sites) requireKnown(neuron);
  const problems = sites.flatMap((site) => problemOf(site, averages) ?? []);
  if (problems.length > 0)
    throw new ConversionError(
      listProblems('stream: some neurons cannot go on from window to window:', problems),
    );
}

function problemOf({ name, neuron }: Site, averages: StreamAverages): string | undefined {
  const where = `site '${name}'`;
  if (neuron.rehearsal) {
    return `${where}: expected neurons that know no future, got '${neuron.name}', which rehearses on the mean over the whole window. Convert with other neurons, or run one window.`;
  }
  if (neuron.timeline === 'slots') {
    return `${where}: expected neurons whose steps follow one another, got '${neuron.name}', each of whose steps is a run of its own. Convert with other neurons, or run one window.`;
  }
  if (averages === 'continued' || neuron.restart) return undefined;
  return `${where}: expected neurons whose potential is known without their sums, got '${neuron.name}'. Let the averages go on, or convert with other neurons.`;
}
