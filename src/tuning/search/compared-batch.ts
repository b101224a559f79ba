import type { Batch } from '../../data/load-batch.ts';
import type { FloatTensor } from '../../graph/float-tensor.ts';
import type { InputBatch } from '../../graph/input-batch.ts';
import type { TaskName } from '../../tasks/tasks.ts';

/** Images with the source network's output, all numbers of an image in one row: logits [N, classes]. */
export type ComparedBatch = InputBatch & {
  readonly labels: Batch['labels'];
  readonly logits: Float32Array;
  readonly classes: number;
  /** What the network is for. */
  readonly task: TaskName;
  /** Of detections: overlap above which two boxes of a class are one object. */
  readonly suppression?: number | undefined;
  /** Shape of the output for one image. */
  readonly output: readonly number[];
  /** What would be right; absent without targets. */
  readonly targets?: readonly FloatTensor[] | undefined;
};
