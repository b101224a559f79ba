import type { DataType } from './data-type.ts';

/** One axis of a shape: a length, a symbolic name such as `batch`, or unknown. */
export type Dimension = number | string | undefined;

/** Name, element type and shape of a graph's input or output. */
export interface ValueInfo {
  readonly name: string;
  readonly dataType: DataType | undefined;
  /** `undefined` when even the rank is unknown. */
  readonly shape: readonly Dimension[] | undefined;
}

/** The inputs or outputs of a graph, which know their names. */
export class ValueInfos {
  #infos: readonly ValueInfo[] = [];
  readonly #names = new Set<string>();

  get infos(): readonly ValueInfo[] {
    return this.#infos;
  }

  get names(): ReadonlySet<string> {
    return this.#names;
  }

  set(infos: readonly ValueInfo[]): void {
    this.#infos = [];
    this.#names.clear();
    this.add(infos);
  }

  add(infos: readonly ValueInfo[]): void {
    this.#infos = [...this.#infos, ...infos];
    for (const { name } of infos) this.#names.add(name);
  }
}
