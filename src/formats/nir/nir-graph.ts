/** Numbers of a NIR node: a scalar has no axes. */
export interface NirArray {
  readonly shape: readonly number[];
  readonly dataType: 'float32' | 'float64' | 'int64';
  readonly data: Float64Array;
}

/** A node of a NIR graph: its type, its parameters by name, and what is said beside them. */
export interface NirNode {
  /** For example `Conv2d`, `IF`, `Input`. */
  readonly type: string;
  readonly parameters: ReadonlyMap<string, NirArray>;
  /** Words in the place of numbers, such as `same` as the padding of a convolution. */
  readonly words?: ReadonlyMap<string, string>;
  readonly metadata?: ReadonlyMap<string, NirArray | string>;
}

/**
 * A network in the Neuromorphic Intermediate Representation: nodes and the edges between them, which may lead in circles.
 *
 * Pedersen et al.: Neuromorphic intermediate representation: A unified instruction set for interoperable brain-inspired computing, Nature
 * Communications 2024, arXiv:2311.14641.
 */
export interface NirGraph {
  readonly version: string;
  readonly nodes: ReadonlyMap<string, NirNode>;
  readonly edges: readonly (readonly [from: string, to: string])[];
  readonly metadata?: ReadonlyMap<string, NirArray | string>;
}

/** Numbers in float32. */
export function nirFloats(shape: readonly number[], data: ArrayLike<number>): NirArray {
  return { shape, dataType: 'float32', data: Float64Array.from(data) };
}

/** Whole numbers; one without axes where a single one is given. */
export function nirIntegers(data: number | readonly number[]): NirArray {
  const list = typeof data === 'number' ? [data] : data;
  return {
    shape: typeof data === 'number' ? [] : [list.length],
    dataType: 'int64',
    data: Float64Array.from(list),
  };
}
