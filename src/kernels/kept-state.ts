import type { State } from '../dynamics/define-neuron.ts';

/** Bytes that the kept states of so many neurons take. @param variables number of state variables */
export function keptStateBytes(variables: number, neurons: number): number {
  return 16 * variables * Math.ceil(neurons / 4);
}

/** Where a variable of a neuron lies, in numbers from the beginning of the kept states. */
export function keptStateIndex(variables: number, variable: number, neuron: number): number {
  return 4 * (variables * (neuron >> 2) + variable) + (neuron & 3);
}

/** The kept state of one neuron in the memory of kernels. */
export class KeptState<S extends string> {
  readonly #names: readonly S[];
  readonly #numbers: Float32Array;
  readonly #begin: number;
  readonly #neuron: number;

  /** @param begin where the kept states begin, in numbers */
  constructor(names: readonly S[], numbers: Float32Array, begin: number, neuron: number) {
    this.#names = names;
    this.#numbers = numbers;
    this.#begin = begin;
    this.#neuron = neuron;
  }

  read(): State<S> {
    return Object.fromEntries(
      this.#names.map((name, i) => [name, this.#numbers[this.#place(i)] ?? 0]),
    ) as State<S>;
  }

  write(state: Readonly<State<S>>): void {
    for (const [i, name] of this.#names.entries()) this.#numbers[this.#place(i)] = state[name];
  }

  #place(variable: number): number {
    return this.#begin + keptStateIndex(this.#names.length, variable, this.#neuron);
  }
}
