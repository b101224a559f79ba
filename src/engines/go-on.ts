import { initialState } from '../dynamics/initial-state.ts';
import { RuntimeError } from '../errors.ts';
import type { BoundInputs } from '../graph/bind-inputs.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import { sizeOf } from '../graph/shape.ts';
import { lookUp } from '../look-up.ts';
import type { Site } from '../spiking/neuron-node.ts';
import type { Plan } from './plan-run.ts';
import { parameterReader } from './site-parameters.ts';
import type { SiteState, StreamState } from './stream-state.ts';

/** The neurons of a site after the last step of a window. */
export interface SiteAfter {
  /** State variables by name, each [N, …]. */
  readonly variables: ReadonlyMap<string, FloatTensor>;
  /** What the neurons received at the last step, [N, …]. */
  readonly last: FloatTensor;
}

/** Steps before the window at hand, as neurons count them. */
export function elapsedOf({ stream }: Plan, before: StreamState | undefined): number {
  return stream === 'continued' ? (before?.elapsed ?? 0) : 0;
}

/** The variables of a site before its first window. @param shape to broadcast parameters to, [N, …] or what they are broadcastable to */
export function initialVariables(
  site: Site,
  shape: readonly number[],
): Map<string, FloatTensor<Float64Array>> {
  const { neuron, attributes } = site;
  const parametersOf = parameterReader(site, shape);
  const tensors = new Map(
    neuron.state.map((name) => [name, { shape, data: new Float64Array(sizeOf(shape)) }]),
  );
  for (let i = 0; i < sizeOf(shape); i++) {
    const state = initialState(neuron, parametersOf(i), attributes);
    for (const [name, { data }] of tensors) data[i] = state[name] ?? 0;
  }
  return tensors;
}

/**
 * What goes on to the next window.
 *
 * @param sums of inputs over time, where averages go on
 */
export function settle(
  plan: Plan,
  before: StreamState | undefined,
  after: ReadonlyMap<string, SiteAfter>,
  inputs: ReadonlyMap<string, FloatTensor>,
): StreamState {
  const elapsed = (before?.elapsed ?? 0) + plan.steps;
  const sites = plan.sites.map((site): [string, SiteState] => {
    const end = lookUp(after, site.name, 'state of site');
    return [site.name, plan.stream === 'restarted' ? restarted(site, end, plan.steps) : end];
  });
  return {
    elapsed,
    sites: new Map(
      sites.map(([name, { variables, surplus }]) => [name, { variables, ...(surplus && { surplus }) }]),
    ),
    inputs,
  };
}

/** Neuron by neuron, once a window. */
function restarted(site: Site, { variables, last }: SiteAfter, steps: number): SiteState {
  const { neuron, attributes } = site;
  const { shape } = last;
  const parametersOf = parameterReader(site, shape);
  const next = new Map([...variables].map(([name, { data }]) => [name, { shape, data: data.slice() }]));
  const surplus = { shape, data: new Float64Array(last.data.length) };
  for (let i = 0; i < last.data.length; i++) {
    const state = Object.fromEntries([...variables].map(([name, { data }]) => [name, data[i] ?? 0]));
    const made = neuron.restart?.(state, { mean: last.data[i] ?? 0, t: steps }, parametersOf(i), attributes);
    if (!made) continue;
    for (const [name, { data }] of next) data[i] = made.state[name] ?? 0;
    surplus.data[i] = made.surplus;
  }
  return { variables: next, surplus };
}

/** Inputs without a time axis, as far as a stream has to know them later. */
export function constantsOf({ stream, overTime }: Plan, { inputs }: BoundInputs): Map<string, FloatTensor> {
  if (stream !== 'continued') return new Map();
  const constant = Object.entries(inputs).filter(([name]) => !overTime.has(name));
  return new Map(
    constant.map(([name, { shape, data }]) => [
      name,
      { shape, data: Float64Array.from(data as ArrayLike<number | bigint>, Number) },
    ]),
  );
}

/** @throws RuntimeError if an input is another one than in the window before although averages over both are taken of it as of a constant */
export function requireConstants(
  constants: ReadonlyMap<string, FloatTensor>,
  before: StreamState | undefined,
): void {
  for (const [name, { shape, data }] of constants) {
    const known = before?.inputs.get(name);
    if (!known) continue;
    const same = known.data.length === data.length && known.data.every((value, i) => value === data[i]);
    if (same) continue;
    throw new RuntimeError({
      where: `input '${name}'`,
      expected: 'the numbers of the window before, since it is constant over time and the averages go on',
      got: `others, of shape [${shape.join(', ')}]`,
      remedy: 'Give it a time axis, or let the averages restart at each window',
      means: ['overTime'],
    });
  }
}
