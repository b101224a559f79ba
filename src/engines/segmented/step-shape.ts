import { bytesPerElement, type DataType } from '../../graph/data-type.ts';
import { sizeOf } from '../../graph/shape.ts';
import { typedViews } from '../../graph/typed-view.ts';
import { currentRuntime, type RuntimeTensor } from '../../sessions/runtime.ts';

/** Element type and lengths of one step of a value. */
export interface StepShape {
  /** As ONNX Runtime names it. */
  readonly dataType: string;
  readonly dims: readonly number[];
}

/** Types of computed values that lie in the engine's memory. The lengths of others, such as places, may depend on the numbers. */
const placedTypes = new Set(['float32', 'uint8', 'bool']);

/** Whether the engine places such a computed value in its own memory; else it lies in the runtime's. */
export function isPlaced({ dataType }: StepShape): boolean {
  return placedTypes.has(dataType);
}

/** Bytes of one step of a value. */
export function stepBytes({ dataType, dims }: StepShape): number {
  return sizeOf(dims) * bytesPerElement(dataType as DataType);
}

/** A tensor over a stretch of memory. @param type `int32` to see a float32 place as whole numbers */
export function viewTensor(
  buffer: ArrayBuffer,
  address: number,
  type: string,
  dims: readonly number[],
): RuntimeTensor {
  // Half precision has no array of its own.
  const view = typedViews[(type.endsWith('float16') ? 'uint16' : type) as keyof typeof typedViews];
  return currentRuntime().tensor(type, view(buffer, address, sizeOf(dims)), dims);
}
