/**
 * Files: ONNX, safetensors, npy. All are written at once or not at all.
 *
 * @example
 * ```ts
 * import { formats } from 'transpike';
 *
 * await formats.writeNpy('ramp.npy', { shape: [2, 2], dataType: 'float32', data: Float32Array.of(0, 1, 2, 3) });
 * const { shape, data } = await formats.readNpy('ramp.npy');
 * console.log(shape.join(' × '), data.join(' ')); // 2 × 2 0 1 2 3
 * ```
 *
 * @module
 */
export { readNpy } from '../files/read-npy.ts';
export { readOnnx } from '../files/read-onnx.ts';
export { readSafetensors } from '../files/read-safetensors.ts';
export { writeNpy } from '../files/write-npy.ts';
export { writeOnnx } from '../files/write-onnx.ts';
export { writeSafetensors } from '../files/write-safetensors.ts';
export type { NpyArray } from '../formats/npy.ts';
