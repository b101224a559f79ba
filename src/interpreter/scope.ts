import type { Tensor } from '../graph/tensor.ts';
import { fromTensor, type NdArray } from './nd-array.ts';

/** The values alive in one graph or function call; a body of a control-flow node also sees those around it. */
export class Scope {
  readonly #values = new Map<string, NdArray | undefined>();
  readonly #initializers: ReadonlyMap<string, Tensor>;
  readonly #outer: Scope | undefined;

  constructor(initializers: ReadonlyMap<string, Tensor>, outer?: Scope) {
    this.#initializers = initializers;
    this.#outer = outer;
  }

  /** Sets a value; `undefined` is an omitted input of a function. */
  set(name: string, value: NdArray | undefined): void {
    this.#values.set(name, value);
  }

  /** Whether a value of this name is alive here or around. */
  has(name: string): boolean {
    return this.#values.has(name) || this.#initializers.has(name) || (this.#outer?.has(name) ?? false);
  }

  /** A value from here or around; an initializer is converted when it is first asked for. */
  get(name: string): NdArray | undefined {
    if (this.#values.has(name)) return this.#values.get(name);
    const tensor = this.#initializers.get(name);
    if (!tensor) return this.#outer?.get(name);
    const value = fromTensor(tensor);
    this.#values.set(name, value);
    return value;
  }

  /** Forgets values of this scope; those around stay. */
  drop(names: readonly string[]): void {
    for (const name of names) this.#values.delete(name);
  }
}
