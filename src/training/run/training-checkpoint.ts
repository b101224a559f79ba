import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { FormatError } from '../../errors.ts';
import { checkedLine, checkLine, checksumOf } from '../../files/checksum.ts';
import { readSafetensors } from '../../files/read-safetensors.ts';
import { writeSafetensors } from '../../files/write-safetensors.ts';
import { Tensor } from '../../graph/tensor.ts';
import type { TrainingVectors } from '../step/training-session.ts';

const epochRecord = z.object({
  epoch: z.int(),
  step: z.int(),
  learningRate: z.number(),
  trainLoss: z.number(),
  trainAccuracy: z.number(),
  testLoss: z.number(),
  testAccuracy: z.number(),
  seconds: z.number(),
});

/** What one epoch came to; a line of the loss curve. */
export type EpochRecord = z.infer<typeof epochRecord>;

const progressSchema = z.object({
  /** Hash of the recipe and of the sizes of the data. */
  fingerprint: z.string(),
  /** Steps done. */
  step: z.int().min(0),
  /** Epoch that the next step belongs to, from 0. */
  epoch: z.int().min(0),
  /** Steps of that epoch that are done. */
  stepInEpoch: z.int().min(0),
  /** Sums over the steps of that epoch. */
  lossSum: z.number(),
  correctSum: z.number(),
  /** Loss of the very first step. */
  firstLoss: z.number().nullable(),
  seconds: z.number(),
  bestAccuracy: z.number(),
  epochsWithoutBetter: z.int(),
  curve: z.array(epochRecord),
});

/** Where a training is. */
export type TrainingProgress = z.infer<typeof progressSchema>;

/** Name of the file in the run folder. */
export const checkpointName = 'checkpoint.safetensors';
const progressTensor = 'progress.json';

/**
 * Writes vectors and progress as one file that replaces the previous checkpoint at once: a process that is killed
 * leaves the old or the new one, never a mixture.
 */
export async function writeTrainingCheckpoint(
  folder: string,
  vectors: TrainingVectors,
  progress: TrainingProgress,
): Promise<void> {
  const tensors = new Map(
    [...vectors].map(([name, data]) => [name, Tensor.float32([data.length], data)] as const),
  );
  const bytes = new TextEncoder().encode(checkedLine(progress, checksumOfVectors(vectors)));
  tensors.set(progressTensor, new Tensor('uint8', [bytes.length], { kind: 'memory', bytes }));
  await writeSafetensors(join(folder, checkpointName), tensors);
}

/** A checkpoint read back. */
export interface TrainingCheckpoint {
  readonly vectors: TrainingVectors;
  readonly progress: TrainingProgress;
}

/**
 * Reads the checkpoint of a run folder; `undefined` if there is none.
 *
 * @throws FormatError if it is not a checkpoint of a training, or not as it was written
 */
export async function readTrainingCheckpoint(folder: string): Promise<TrainingCheckpoint | undefined> {
  const path = join(folder, checkpointName);
  if (!(await exists(path))) return undefined;
  const tensors = await readSafetensors(path);
  const text = tensors.get(progressTensor);
  if (!text) throw notACheckpoint(path, 'one without it');
  tensors.delete(progressTensor);
  const floats = [...tensors].map(([name, tensor]) => {
    if (tensor.dataType !== 'float32') throw notACheckpoint(path, `'${name}' of type ${tensor.dataType}`);
    return [name, Float32Array.from(tensor.toFloat32())] as const;
  });
  const vectors = new Map(floats);
  const checked = checkLine(new TextDecoder().decode(text.bytes()), checksumOfVectors(vectors));
  if (checked.state === 'damaged') throw notACheckpoint(path, 'one that was changed since it was written');
  const { data: progress, error } = progressSchema.safeParse(checked.value);
  if (error) throw notACheckpoint(path, z.prettifyError(error).replace(/\s+/g, ' '));
  return { vectors, progress };
}

function notACheckpoint(where: string, got: string): FormatError {
  return new FormatError({
    where,
    expected: `a checkpoint of a training with a tensor '${progressTensor}'`,
    got,
    remedy: 'Start again in an empty folder',
  });
}

function checksumOfVectors(vectors: TrainingVectors): string {
  const parts = [...vectors].flatMap(([name, data]) => [
    name,
    new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  ]);
  return checksumOf(...parts);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
