import { Tensor } from '../../graph/tensor.ts';
import { lookUp } from '../../look-up.ts';
import type { TrainingStep } from '../../training/step/build-training-step.ts';
import type { TrainingVectors } from '../../training/step/training-session.ts';

/** What was trained, as tensors by name. */
export function trainedValues(
  { parameters: layout }: TrainingStep,
  vectors: TrainingVectors,
): Map<string, Tensor> {
  const vector = lookUp(vectors, 'parameters', 'vector');
  return new Map(
    layout.entries.map(({ name, shape, offset, size }) => [
      name,
      Tensor.float32(shape, vector.slice(offset, offset + size)),
    ]),
  );
}
