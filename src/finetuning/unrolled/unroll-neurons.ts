import type { Learning } from '../../dynamics/learning.ts';
import type { StepValues } from '../../dynamics/step-values.ts';
import { ConversionError } from '../../errors.ts';
import type { GraphBuilder } from '../../graph/graph-builder.ts';
import { mustExist } from '../../look-up.ts';
import type { Site } from '../../spiking/neuron-node.ts';
import { detached, gradientTools } from '../../training/spiking/gradient-tools.ts';
import type { Surrogate } from '../../training/spiking/surrogate-slopes.ts';
import type { NeuronBuilder } from './neuron-builder.ts';

/** What the neurons of one site make at each step, first to last: names of values [N, …]. */
export interface UnrolledSite {
  readonly decoded: readonly string[];
  readonly spikes: readonly string[];
  /** State variables after the last step, by name. */
  readonly state: Readonly<Record<string, string>>;
}

/** What the neurons of a site go on from, in a window of a stream: names of values. */
export interface SiteBefore {
  /** State variables by name, [N, …]. */
  readonly state: Readonly<Record<string, string>>;
  /** What is taken off t·decoded, [N, …]; absent where averages go on. */
  readonly surplus?: string | undefined;
  /** Steps before the first one, float32 []; absent where averages restart. */
  readonly elapsed?: string | undefined;
}

/** How the neurons of a site are laid out over time. */
export interface SiteUnrolling {
  /** Slope of a spike; `none` for neurons that no gradient passes through, which need no backward rule. */
  readonly surrogate: Surrogate | 'none';
  /** No gradient passes from a step to the one before it at every multiple of this many steps. */
  readonly truncateEvery: number | undefined;
  /** The step that the first of the means belongs to: 1, or T where that is a run of its own. */
  readonly firstStep: number;
}

/** The backward rule of a site's neurons. @throws ConversionError if they have none, or hidden steps */
export function learningOf(site: Site): Learning {
  const { neuron } = site;
  if (neuron.learning && !neuron.rehearsal) return neuron.learning;
  throw cannotTrain(site, neuron.learning ? 'one with hidden steps' : 'one without a backward rule');
}

function cannotTrain({ name, neuron }: Site, got: string): ConversionError {
  return new ConversionError({
    where: `site '${name}': neuron '${neuron.name}'`,
    expected: 'a neuron that can be trained: with a backward rule, and without hidden steps',
    got,
    remedy:
      'Convert with a method whose neurons can be trained, such as ultra-low-latency, or give the neuron its facet learning',
  });
}

/**
 * Appends the neurons of a site, step by step.
 *
 * @param means x̄(1)…x̄(T), values [N, …]
 * @param parameters names of the values by parameter
 * @param before what they go on from. Default: they begin
 */
export function unrollNeurons(
  build: NeuronBuilder,
  site: Site,
  means: readonly string[],
  parameters: Readonly<Record<string, string>>,
  { surrogate, truncateEvery, firstStep }: SiteUnrolling,
  before?: SiteBefore,
): UnrolledSite {
  const { neuron } = site;
  const lower = stepOf(site, build, surrogate);
  let state = before?.state ?? initialState(build, site, mustExist(means[0], 'a first step'), parameters);
  const decoded: string[] = [];
  const spikes: string[] = [];
  for (const [i, mean] of means.entries()) {
    if (truncateEvery !== undefined && i > 0 && i % truncateEvery === 0) {
      state = Object.fromEntries(
        Object.entries(state).map(([name, value]) => [name, detached(build, value)]),
      );
    }
    const own = build.scalar('t', i + firstStep);
    const t = before?.elapsed === undefined ? own : build.op('Add', [before.elapsed, own]);
    const made = lower({ mean, t, state, parameters });
    state = Object.fromEntries(
      neuron.state.map((name) => [name, mustExist(made.state[name], `state ${name}`)]),
    );
    const left = before?.surplus && build.op('Div', [before.surplus, own]);
    decoded.push(left ? build.op('Sub', [made.decoded, left]) : made.decoded);
    spikes.push(made.spike);
  }
  return { decoded, spikes, state };
}

/** The neurons' step: with its backward rule, or forwards only. */
function stepOf(site: Site, build: GraphBuilder, surrogate: SiteUnrolling['surrogate']) {
  const { neuron, attributes } = site;
  if (surrogate === 'none') {
    if (neuron.rehearsal) throw cannotTrain(site, 'one with hidden steps');
    return (values: StepValues) => neuron.lower(build, values, attributes);
  }
  const learning = learningOf(site);
  const tools = gradientTools(build, surrogate);
  return (values: StepValues) => learning.lower(build, values, tools, attributes);
}

/** State variables before the first step, of the shape of what the neurons receive. */
function initialState(
  build: NeuronBuilder,
  { neuron, attributes }: Site,
  mean: string,
  parameters: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const given = neuron.lowerInitialState?.(build, parameters, attributes) ?? {};
  const zeros = build.zerosLike(mean);
  return Object.fromEntries(
    neuron.state.map((name) => {
      const value = given[name];
      return [name, value === undefined ? zeros : build.op('Add', [zeros, value])];
    }),
  );
}
