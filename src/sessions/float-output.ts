import { RuntimeError } from '../errors.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import { bfloat16ToFloat32, float16ToFloat32 } from '../graph/half-precision.ts';
import type { RuntimeTensor } from './runtime.ts';

/**
 * Numbers of a runtime as floats: what is narrower than float32 is widened, integers and truth values become the same numbers
 * in float64 (exact up to 2^53).
 *
 * @param name of the output, for messages
 * @throws RuntimeError for text
 */
export function floatOutput(name: string, { type, dims, data }: RuntimeTensor): FloatTensor {
  if (data instanceof Float32Array || data instanceof Float64Array) return { shape: dims, data };
  // Where JavaScript has a Float16Array, halves are numbers already.
  if (type === 'float16' && data instanceof Uint16Array) return { shape: dims, data: float16ToFloat32(data) };
  if (type === 'bfloat16' && data instanceof Uint16Array) {
    return { shape: dims, data: bfloat16ToFloat32(data) };
  }
  if (type === 'string') {
    throw new RuntimeError({
      where: `output '${name}'`,
      expected: 'numbers',
      got: 'text',
      remedy: 'Export the network without what turns its numbers into names',
    });
  }
  return { shape: dims, data: Float64Array.from(data as ArrayLike<number | bigint>, Number) };
}
