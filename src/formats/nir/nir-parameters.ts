import { FormatError } from '../../errors.ts';
import type { NirArray, NirNode } from './nir-graph.ts';

/** Reads the parameters of a NIR node, and says where one is missing. */
export class NirParameters {
  readonly #node: NirNode;
  readonly #where: string;

  /** @param where the node, for error messages */
  constructor(node: NirNode, where: string) {
    this.#node = node;
    this.#where = where;
  }

  /** A parameter. @throws FormatError if it is missing */
  array(name: string, rank?: number): NirArray {
    const found = this.#node.parameters.get(name);
    if (found && (rank === undefined || found.shape.length === rank)) return found;
    throw this.refuse(
      `parameter '${name}'${rank === undefined ? '' : ` with ${rank} axes`}`,
      found ? `[${found.shape.join(', ')}]` : 'none',
    );
  }

  optional(name: string): NirArray | undefined {
    return this.#node.parameters.get(name);
  }

  /** Whole numbers, as many as there are axes; a single one stands for all. */
  lengths(name: string, axes: number, fallback?: number): number[] {
    const given = this.#node.parameters.get(name);
    if (!given && fallback !== undefined) return new Array<number>(axes).fill(fallback);
    const { data } = given ?? this.array(name);
    const list = data.length === 1 ? new Array<number>(axes).fill(data[0] ?? 0) : [...data];
    if (list.length === axes && list.every((each) => Number.isInteger(each) && each >= 0)) return list;
    throw this.refuse(`${axes} whole numbers as '${name}'`, list.slice(0, 4).join(', '));
  }

  word(name: string): string | undefined {
    return this.#node.words?.get(name);
  }

  refuse(expected: string, got: string, remedy = 'Write the network with the NIR package'): FormatError {
    return new FormatError({ where: this.#where, expected, got, remedy });
  }
}
