import type { GraphBuilder } from '../../graph/graph-builder.ts';
import { Tensor } from '../../graph/tensor.ts';
import { lookUp } from '../../look-up.ts';
import type { Site } from '../../spiking/neuron-node.ts';
import type { StepSplitter } from './step-splitter.ts';

/** What the neurons of a site make at each step, hidden steps first: names of values [N, …]. */
export interface SiteSteps {
  readonly decoded: readonly string[];
  readonly spikes: readonly string[];
  /** How many spikes each of these stands for; absent where it is one for all that are not 0. */
  readonly counts?: readonly string[];
}

type Values = Readonly<Record<string, string>>;

/**
 * The neurons of a site, step after step, as their own lowering has them.
 *
 * @param means x̄ of every step, hidden ones first, values [N, …]
 * @param hidden steps before step 1; those after them begin anew, with the parameters that these have set
 */
export function siteSteps(
  build: GraphBuilder,
  site: Site,
  means: readonly string[],
  hidden: number,
  splitter: StepSplitter,
): SiteSteps {
  const { neuron, attributes, parameters: own } = site;
  const given = Object.fromEntries(
    neuron.parameters.map((name) => {
      const tensor = lookUp(new Map(Object.entries(own)), name, 'parameter');
      return [name, build.constant(name, Tensor.float32(tensor.shape, tensor.toFloat32()))];
    }),
  );
  if (!neuron.rehearsal) return run(build, site, means, given);
  const rehearsed = splitter.stack(build, means.slice(0, hidden));
  const parameters = neuron.rehearsal.lower(build, rehearsed, given, attributes);
  const [before, after] = [means.slice(0, hidden), means.slice(hidden)].map((part) =>
    run(build, site, part, parameters),
  ) as [SiteSteps, SiteSteps];
  return {
    decoded: [...before.decoded, ...after.decoded],
    spikes: [...before.spikes, ...after.spikes],
    ...(before.counts && after.counts && { counts: [...before.counts, ...after.counts] }),
  };
}

function run(
  build: GraphBuilder,
  { neuron, attributes }: Site,
  means: readonly string[],
  parameters: Values,
): SiteSteps {
  const [first = ''] = means;
  const zero = build.op('Sub', [first, first], {}, { name: 'zero' });
  const initial = neuron.lowerInitialState?.(build, parameters, attributes) ?? {};
  let state: Values = Object.fromEntries(
    neuron.state.map((name) => {
      const value = initial[name];
      return [name, value === undefined ? zero : build.op('Add', [zero, value])];
    }),
  );
  const [decoded, spikes, counts]: string[][] = [[], [], []];
  for (const [i, mean] of means.entries()) {
    const made = neuron.lower(build, { mean, t: build.scalar('t', i + 1), state, parameters }, attributes);
    state = made.state;
    decoded?.push(made.decoded);
    spikes?.push(made.spike);
    if (neuron.spikeCount !== undefined) counts?.push(made.state[neuron.spikeCount] ?? '');
  }
  return {
    decoded: decoded ?? [],
    spikes: spikes ?? [],
    ...(neuron.spikeCount !== undefined && { counts: counts ?? [] }),
  };
}
