import { sizeOf } from '../graph/shape.ts';
import { Tensor } from '../graph/tensor.ts';

/** A checkpoint of float32 tensors with these shapes; variances are positive, everything else is about normal. */
export function checkpointTensors(shapes: Readonly<Record<string, readonly number[]>>): Map<string, Tensor> {
  return new Map(
    Object.entries(shapes).map(([name, shape], seed) => {
      const size = sizeOf(shape);
      const fanIn = sizeOf(shape.slice(1));
      const values = Float32Array.from({ length: size }, (_, i) => {
        const value = Math.sin((i + 1) * 12.9898 + seed * 7.7) / Math.sqrt(fanIn);
        return name.endsWith('running_var') ? value * value + 0.5 : value;
      });
      return [name, Tensor.float32(shape, values)] as const;
    }),
  );
}

/** Shapes of a batch normalisation. */
export function normShapes(path: string, channels: number): Record<string, number[]> {
  return Object.fromEntries(
    ['weight', 'bias', 'running_mean', 'running_var'].map((part) => [`${path}.${part}`, [channels]]),
  );
}
