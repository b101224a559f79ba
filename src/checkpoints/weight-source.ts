import { GraphError } from '../errors.ts';
import { type DataType, onnxDataType } from '../graph/data-type.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { Tensor } from '../graph/tensor.ts';

/** Element types that a weight may have in a checkpoint. */
export const weightDataTypes: ReadonlySet<DataType> = new Set(['float32', 'float16', 'bfloat16', 'float64']);

/** Hands the tensors of a checkpoint to the builder of a network: as initializers of the same name, used as float32. */
export class WeightSource {
  readonly #tensors: ReadonlyMap<string, Tensor>;
  readonly #values = new Map<string, string>();

  constructor(tensors: ReadonlyMap<string, Tensor>) {
    this.#tensors = tensors;
  }

  /**
   * The float32 value of a weight. The first call puts the tensor into the graph as an initializer; other element types
   * get a Cast behind it, so that their bits stay where they are.
   *
   * @throws GraphError if the checkpoint has no such tensor
   */
  value(builder: GraphBuilder, name: string): string {
    const known = this.#values.get(name);
    if (known !== undefined) return known;
    const tensor = this.#tensors.get(name) ?? unknownWeight(name);
    const initializer = builder.constant(name, tensor);
    const to = onnxDataType('float32');
    const value =
      tensor.dataType === 'float32'
        ? initializer
        : builder.op('Cast', [initializer], { to }, { name: `${name}.float32` });
    this.#values.set(name, value);
    return value;
  }
}

function unknownWeight(name: string): never {
  throw new GraphError({
    where: `weight '${name}'`,
    expected: 'a tensor of the checkpoint',
    got: 'none of that name',
    remedy: 'Name it in expectedTensors of the architecture, so that opening the checkpoint checks it',
  });
}
