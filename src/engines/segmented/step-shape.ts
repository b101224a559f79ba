import { sizeOf } from '../../graph/shape.ts';
import { currentRuntime, type RuntimeTensor } from '../../sessions/runtime.ts';

/** Element type and lengths of one step of a value. */
export interface StepShape {
  /** As ONNX Runtime names it; `float32` and `uint8` values lie in the engine's memory, all others in the runtime's. */
  readonly dataType: string;
  readonly dims: readonly number[];
}

/** Whether the engine places such a value in its own memory. */
export function isPlaced({ dataType }: StepShape): boolean {
  return dataType === 'float32' || dataType === 'uint8';
}

/** A tensor over a stretch of memory. @param type `int32` to see a float32 place as whole numbers */
export function viewTensor(
  buffer: ArrayBuffer,
  address: number,
  type: 'float32' | 'uint8' | 'int32',
  dims: readonly number[],
): RuntimeTensor {
  const size = sizeOf(dims);
  return currentRuntime().tensor(type, new viewed[type](buffer, address, size), dims);
}

const viewed = { float32: Float32Array, uint8: Uint8Array, int32: Int32Array };
