import ort from 'onnxruntime-node';
import { sizeOf } from '../../graph/shape.ts';

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
): ort.Tensor {
  const size = sizeOf(dims);
  if (type === 'uint8') return new ort.Tensor('uint8', new Uint8Array(buffer, address, size), dims);
  if (type === 'int32') return new ort.Tensor('int32', new Int32Array(buffer, address, size), dims);
  return new ort.Tensor('float32', new Float32Array(buffer, address, size), dims);
}
