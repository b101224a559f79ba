import type { Graph } from '../../graph/graph.ts';
import { GraphBuilder, type OperatorOptions } from '../../graph/graph-builder.ts';
import type { AttributeInputs } from '../../graph/node.ts';
import { Tensor } from '../../graph/tensor.ts';

/**
 * Builds the steps of neurons, and leaves out what changes nothing: in the first step states are zeros and t is 1, and each operator on all
 * neurons costs as much as any other, backwards, too.
 */
export class NeuronBuilder extends GraphBuilder {
  /** Values as large as what the neurons receive. */
  readonly #large: Set<string>;
  readonly #zeros = new Set<string>();
  readonly #parameters: ReadonlySet<string>;

  /**
   * @param means what the neurons receive, a value a step
   * @param parameters of the neurons: constants that may change
   */
  constructor(graph: Graph, scope: string, means: Iterable<string>, parameters: Iterable<string>) {
    super(graph, scope);
    this.#large = new Set(means);
    this.#parameters = new Set(parameters);
  }

  /** Zeros, as many as a value has numbers. */
  zerosLike(value: string): string {
    const made = super.op('ConstantOfShape', [super.op('Shape', [value])], {
      value: Tensor.float32([1], [0]),
    });
    this.#zeros.add(made);
    this.#large.add(made);
    return made;
  }

  override op(
    opType: string,
    inputs: readonly string[],
    attributes: AttributeInputs = {},
    options: OperatorOptions = {},
  ): string {
    const [a = '', b = ''] = inputs;
    const same = this.#sameAs(opType, a, b);
    if (same !== undefined) return same;
    const made = super.op(opType, inputs, attributes, options);
    if (inputs.some((input) => this.#large.has(input))) this.#large.add(made);
    return made;
  }

  /** The value that an operator would only repeat. */
  #sameAs(opType: string, a: string, b: string): string | undefined {
    const [large, zeros] = [this.#large, this.#zeros];
    if (opType === 'Add' && zeros.has(a) && large.has(b)) return b;
    if ((opType === 'Add' || opType === 'Sub') && zeros.has(b) && large.has(a)) return a;
    if (opType === 'Mul' && (zeros.has(a) || zeros.has(b))) return zeros.has(a) ? a : b;
    if ((opType === 'Mul' || opType === 'Div') && large.has(a) && this.#isOne(b)) return a;
    return undefined;
  }

  #isOne(name: string): boolean {
    if (this.#parameters.has(name)) return false;
    const tensor = this.graph.initializers.get(name);
    return tensor?.shape.length === 0 && tensor.toNumber() === 1;
  }
}
