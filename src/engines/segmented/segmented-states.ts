import type { FloatTensor } from '../../graph/float-tensor.ts';
import { keptStateIndex } from '../../kernels/kept-state.ts';
import { lookUp } from '../../look-up.ts';
import type { Site } from '../../spiking/neuron-node.ts';
import { elapsedOf, initialVariables, type SiteAfter } from '../go-on.ts';
import type { Plan } from '../plan-run.ts';
import type { StreamState } from '../stream-state.ts';

/** What the neurons of a window go on from, and what becomes of them. */
export class SegmentedStates {
  /** By name of the site. */
  readonly after = new Map<string, SiteAfter>();
  readonly #before: StreamState | undefined;
  readonly #elapsed: number;

  constructor(plan: Plan, before: StreamState | undefined) {
    this.#before = before;
    this.#elapsed = elapsedOf(plan, before);
  }

  /** Begins with a site. @param kept number of variables of its kernel @param shape [N, …] @param last what its neurons receive at the last step */
  begin(site: Site, kept: number, shape: readonly number[], last: Float32Array): SiteStates {
    const known = this.#before?.sites.get(site.name);
    const given = known?.variables ?? initialVariables(site, shape);
    const variables = new Map(
      site.neuron.state.map((name) => {
        const { data } = lookUp(given, name, 'state variable');
        return [name, { shape, data: Float32Array.from(data) }] as const;
      }),
    );
    this.after.set(site.name, { variables, last: { shape, data: last } });
    return new SiteStates([...variables.values()], kept, known?.surplus, this.#elapsed);
  }
}

/** The states of the neurons of a site. */
export class SiteStates {
  /** Steps that came before. */
  readonly elapsed: number;
  readonly #variables: readonly FloatTensor[];
  readonly #kept: number;
  readonly #surplus: FloatTensor | undefined;

  constructor(
    variables: readonly FloatTensor[],
    kept: number,
    surplus: FloatTensor | undefined,
    elapsed: number,
  ) {
    this.#variables = variables;
    this.#kept = kept;
    this.#surplus = surplus;
    this.elapsed = elapsed;
  }

  /** Writes the states of some neurons where a kernel finds them. @param kept from where on, in the order of keptStateIndex */
  load(kept: Float32Array, start: number, count: number): void {
    for (const [variable, { data }] of this.#variables.entries())
      for (let i = 0; i < count; i++) kept[keptStateIndex(this.#kept, variable, i)] = data[start + i] ?? 0;
  }

  /** Takes the states of these neurons back. */
  store(kept: Float32Array, start: number, count: number): void {
    for (const [variable, { data }] of this.#variables.entries())
      for (let i = 0; i < count; i++) data[start + i] = kept[keptStateIndex(this.#kept, variable, i)] ?? 0;
  }

  /** Takes what was not sent in this window off the decoded values of a step, counted from 0. */
  correct(decoded: Float32Array, step: number): void {
    const surplus = this.#surplus?.data;
    if (!surplus) return;
    for (let i = 0; i < decoded.length; i++) decoded[i] = (decoded[i] ?? 0) - (surplus[i] ?? 0) / (step + 1);
  }
}
