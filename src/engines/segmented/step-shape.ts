import ort from 'onnxruntime-node';

/** Element type and lengths of one step of a value. */
export interface StepShape {
  /** As ONNX Runtime names it; `float32` and `uint8` values lie in the engine's memory, all others in the runtime's. */
  readonly dataType: string;
  readonly dims: readonly number[];
}

/** Number of elements. */
export function sizeOf({ dims }: StepShape): number {
  return dims.reduce((product, length) => product * length, 1);
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
  const size = dims.reduce((product, length) => product * length, 1);
  if (type === 'uint8') return new ort.Tensor('uint8', new Uint8Array(buffer, address, size), dims);
  if (type === 'int32') return new ort.Tensor('int32', new Int32Array(buffer, address, size), dims);
  return new ort.Tensor('float32', new Float32Array(buffer, address, size), dims);
}
