import { concatenate, type FloatTensor, sliceImages } from '../graph/float-tensor.ts';
import { lookUp } from '../look-up.ts';

/** The neurons of a site between two windows. */
export interface SiteState {
  /** State variables by name, each [N, …]. */
  readonly variables: ReadonlyMap<string, FloatTensor>;
  /** What of t·decoded was not sent in the window to come, [N, …]; absent where averages go on, which leave nothing out. */
  readonly surplus?: FloatTensor;
}

/**
 * What goes on from one window of a stream to the next. A plain value: it may be kept, sent elsewhere, and gone on from more than once.
 */
export interface StreamState {
  /** Steps of all windows so far. */
  readonly elapsed: number;
  /** By name of the site. */
  readonly sites: ReadonlyMap<string, SiteState>;
  /** Where averages go on: sums of inputs over time by name, [N, …], and the numbers of inputs that are constant. */
  readonly inputs: ReadonlyMap<string, FloatTensor>;
}

/** The samples of a state from one position up to another, which is left out. @param samples number of all of them */
export function sliceState(state: StreamState, samples: number, from: number, to: number): StreamState {
  return mapState(state, (tensor) => (tensor.shape[0] === samples ? sliceImages(tensor, from, to) : tensor));
}

/** The states of the parts of a batch as one. @param samples of each part */
export function joinStates(parts: readonly StreamState[], samples: readonly number[]): StreamState {
  const [first, ...others] = parts as readonly [StreamState, ...StreamState[]];
  if (others.length === 0) return first;
  const join = (tensors: readonly FloatTensor[]): FloatTensor => {
    const [one] = tensors as readonly [FloatTensor];
    const batched = tensors.every(({ shape }, i) => shape[0] === samples[i]);
    return batched ? concatenate(tensors) : one;
  };
  const siteOf = (name: string): SiteState => {
    const all = parts.map(({ sites }) => lookUp(sites, name, 'state of site'));
    const variables = [...all[0]!.variables.keys()].map(
      (each) => [each, join(all.map((site) => lookUp(site.variables, each, 'state variable')))] as const,
    );
    const surplus = all.flatMap((site) => site.surplus ?? []);
    return { variables: new Map(variables), ...(surplus.length > 0 && { surplus: join(surplus) }) };
  };
  return {
    elapsed: first.elapsed,
    sites: new Map([...first.sites.keys()].map((name) => [name, siteOf(name)])),
    inputs: new Map(
      [...first.inputs.keys()].map((name) => [
        name,
        join(parts.map(({ inputs }) => lookUp(inputs, name, 'state of input'))),
      ]),
    ),
  };
}

function mapState(
  { elapsed, sites, inputs }: StreamState,
  change: (tensor: FloatTensor) => FloatTensor,
): StreamState {
  const changed = (tensors: ReadonlyMap<string, FloatTensor>) =>
    new Map([...tensors].map(([name, tensor]) => [name, change(tensor)]));
  return {
    elapsed,
    sites: new Map(
      [...sites].map(([name, { variables, surplus }]) => [
        name,
        { variables: changed(variables), ...(surplus && { surplus: change(surplus) }) },
      ]),
    ),
    inputs: changed(inputs),
  };
}
