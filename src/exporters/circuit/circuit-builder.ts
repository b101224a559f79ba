import { sizeOf } from '../../graph/shape.ts';
import { lookUp } from '../../look-up.ts';
import type { CircuitConvolution, CircuitNode, CircuitShape } from './circuit.ts';

/** What a node makes, of which each channel counts so much. */
export interface Term {
  readonly node: string;
  /** One factor for each channel, the first axis of the node's shape. */
  readonly scale: Float64Array;
}

/** How windows lie on maps. */
export type Windows = Pick<CircuitConvolution, 'kernel' | 'stride' | 'padding' | 'dilation'>;

/** Puts a circuit together, node by node; factors of what is read go into the weights. */
export class CircuitBuilder {
  readonly #nodes = new Map<string, CircuitNode>();
  /** Synapses that only pass spikes on. */
  readonly #passing = new Set<string>();

  /** All nodes that something reads, and the outputs. */
  get nodes(): readonly CircuitNode[] {
    const read = new Set<string>();
    const kept = [...this.#nodes.values()].toReversed().filter(({ kind, name, reads }) => {
      if (kind !== 'output' && !read.has(name)) return false;
      for (const each of reads) read.add(each);
      return true;
    });
    return kept.toReversed();
  }

  /** Adds a node under a name that is free. */
  add<N extends CircuitNode>(node: N): Term {
    let name = node.name.replaceAll('/', '_');
    for (let i = 2; this.#nodes.has(name); i++) name = `${node.name.replaceAll('/', '_')}_${i}`;
    this.#nodes.set(name, { ...node, name });
    return { node: name, scale: ones(node.shape[0] ?? 1) };
  }

  shapeOf({ node }: Term): CircuitShape {
    return lookUp(this.#nodes, node, 'node of circuit').shape;
  }

  /** @param weight [out, in / groups, height, width] before the factors of the term */
  convolve(
    name: string,
    term: Term,
    given: Windows & {
      readonly weight: Float64Array;
      readonly out: number;
      readonly groups: number;
      readonly bias?: Float64Array;
    },
  ): Term {
    const from = this.shapeOf(term);
    const { out, groups, kernel, bias, ...rest } = given;
    const [channels = 0] = from;
    const [into, perOut] = [channels / groups, (channels / groups) * kernel[0] * kernel[1]];
    const area = kernel[0] * kernel[1];
    const weight = given.weight.map((value, i) => {
      const group = Math.floor((Math.floor(i / perOut) * groups) / out);
      return value * (term.scale[group * into + (Math.floor(i / area) % into)] ?? 1);
    });
    const shape = [out, ...slid(from, given)];
    return this.add({
      kind: 'convolution',
      name,
      reads: [term.node],
      from,
      shape,
      kernel,
      groups,
      ...rest,
      weight,
      ...(bias && { bias }),
    });
  }

  /** @param weight [out, in] before the factors of the term */
  connect(name: string, term: Term, weight: Float64Array, bias?: Float64Array): Term {
    const from = this.shapeOf(term);
    const into = sizeOf(from);
    return this.add({
      kind: 'linear',
      name,
      reads: [term.node],
      from,
      shape: [weight.length / into],
      weight: weight.map((value, i) => value * (term.scale[i % into] ?? 1)),
      ...(bias && { bias }),
    });
  }

  /** Sums in place of means: their factor goes on. */
  average(name: string, term: Term, { kernel, stride, padding }: Windows): Term {
    const from = this.shapeOf(term);
    const shape = [from[0] ?? 1, ...slid(from, { kernel, stride, padding, dilation: [1, 1] })];
    const made = this.add({
      kind: 'sum-pool',
      name,
      reads: [term.node],
      from,
      shape,
      kernel,
      stride,
      padding,
    });
    return { node: made.node, scale: term.scale.map((value) => value / (kernel[0] * kernel[1])) };
  }

  flatten(name: string, term: Term): Term {
    const from = this.shapeOf(term);
    const size = sizeOf(from);
    if (from.length === 1) return term;
    const each = size / (from[0] ?? 1);
    const made = this.add({ kind: 'flatten', name, reads: [term.node], from, shape: [size] });
    return {
      node: made.node,
      scale: Float64Array.from({ length: size }, (_, i) => term.scale[Math.floor(i / each)] ?? 1),
    };
  }

  /**
   * Channels at other places, of maps at every so many places: synapses that pass each spike on with its factor. Two of them in a row are
   * one.
   */
  pass(
    name: string,
    term: Term,
    stride: readonly [number, number] = [1, 1],
    before = 0,
    channels?: number,
  ): Term {
    const [own = 1, ...places] = this.shapeOf(term);
    const out = channels ?? own;
    const under = lookUp(this.#nodes, term.node, 'node of circuit');
    const isOne =
      under.kind === 'convolution' && this.#passing.has(term.node) && stride.every((each) => each === 1);
    const source = isOne ? { node: under.reads[0] ?? '', scale: ones(under.from[0] ?? 1) } : term;
    const into = source.scale.length;
    const weight = new Float64Array(out * into);
    for (let c = 0; c < own; c++) {
      for (let i = 0; i < into; i++) {
        const value = isOne ? (under.weight[c * into + i] ?? 0) * (term.scale[c] ?? 1) : Number(c === i);
        weight[(c + before) * into + i] = value;
      }
    }
    if (places.length === 0) return this.connect(name, source, weight);
    const made = this.convolve(name, source, {
      weight,
      out,
      groups: 1,
      kernel: [1, 1],
      stride: isOne ? under.stride : stride,
      padding: [0, 0],
      dilation: [1, 1],
    });
    this.#passing.add(made.node);
    return made;
  }

  /** Nodes whose values are read as they are, factors passed on by synapses. */
  plain(name: string, terms: readonly Term[]): string[] {
    return terms.map((term) =>
      term.scale.every((value) => value === 1)
        ? term.node
        : this.pass(`${name}.from.${term.node}`, term).node,
    );
  }

  /** Adds to the bias of synapses that nobody else reads. @returns whether they have one */
  addBias({ node }: Term, values: Float64Array): boolean {
    const found = lookUp(this.#nodes, node, 'node of circuit');
    if (found.kind !== 'convolution' && found.kind !== 'linear') return false;
    const bias = values.map((value, i) => value + (found.bias?.[i] ?? 0));
    this.#nodes.set(node, { ...found, bias });
    return true;
  }
}

function slid(
  [, height = 1, width = 1]: CircuitShape,
  { kernel, stride, padding, dilation }: Windows,
): number[] {
  return [height, width].map((length, axis) => {
    const reach = dilation[axis as 0 | 1] * (kernel[axis as 0 | 1] - 1) + 1;
    return Math.floor((length + 2 * padding[axis as 0 | 1] - reach) / stride[axis as 0 | 1]) + 1;
  });
}

function ones(length: number): Float64Array {
  return new Float64Array(length).fill(1);
}
