import { sizeOf } from './shape.ts';
import type { TypedNumbers } from './typed-view.ts';

/** Numbers of one input of a network and their shape, row-major. Plain data, so that it can be posted to a thread. */
export interface InputTensor<Data extends TypedNumbers = TypedNumbers> {
  readonly shape: readonly number[];
  /** Of any element type; a network that wants another one gets the same numbers in that. */
  readonly data: Data;
}

/** Inputs of a network by name. */
export interface NamedInputs {
  readonly inputs: Readonly<Record<string, InputTensor>>;
  /** Names of inputs that are the same for every sample of the batch: they have no batch axis. Default: as the network declares. */
  readonly shared?: readonly string[];
}

/**
 * One batch of samples for a network: tensors [N, …] by input name, or one tensor alone where the network has one input. An input that
 * the network declares without a batch axis, such as a scalar, is there once for all samples.
 */
export type InputBatch = InputTensor | NamedInputs;

/** Whether a batch names its inputs. */
export function isNamed(batch: InputBatch): batch is NamedInputs {
  return 'inputs' in batch;
}

/** Number of samples of a batch. */
export function sampleCount(batch: InputBatch): number {
  if (!isNamed(batch)) return batch.shape[0]!;
  const own = perSample(batch)[0]?.[1] ?? Object.values(batch.inputs)[0];
  return own?.shape[0] ?? 1;
}

/** The samples of a batch from one position up to another, which is left out, without copying. */
export function sliceSamples(batch: InputBatch, from: number, to: number = sampleCount(batch)): InputBatch {
  return mapSamples(batch, (tensor) => sliceTensor(tensor, from, to));
}

/** Each sample of a batch as a batch of one, without copying. */
export function samplesOf(batch: InputBatch): InputBatch[] {
  return Array.from({ length: sampleCount(batch) }, (_, i) => sliceSamples(batch, i, i + 1));
}

/** One batch of the samples of several, which have the same inputs. */
export function joinSamples(batches: readonly InputBatch[]): InputBatch {
  const [first] = batches as readonly [InputBatch, ...InputBatch[]];
  if (!isNamed(first)) return joinTensors(batches as readonly InputTensor[]);
  const own = perSample(first).map(([name]) => {
    const parts = batches.map((batch) => (batch as NamedInputs).inputs[name]!);
    return [name, joinTensors(parts)] as const;
  });
  return { ...first, inputs: { ...first.inputs, ...Object.fromEntries(own) } };
}

/** A batch whose tensors are made of those of another one; inputs that all samples share stay as they are. */
export function mapSamples(
  batch: InputBatch,
  change: (tensor: InputTensor, name?: string) => InputTensor,
): InputBatch {
  if (!isNamed(batch)) return change(batch);
  const own = perSample(batch).map(([name, tensor]) => [name, change(tensor, name)] as const);
  return { ...batch, inputs: { ...batch.inputs, ...Object.fromEntries(own) } };
}

/** A batch with further inputs by name. @param name of the input that a tensor alone is for */
export function withInputs(
  batch: InputBatch,
  name: string,
  more: Readonly<Record<string, InputTensor>>,
): NamedInputs {
  if (!isNamed(batch)) return { inputs: { [name]: batch, ...more } };
  return { ...batch, inputs: { ...batch.inputs, ...more } };
}

function perSample({ inputs, shared = [] }: NamedInputs): [string, InputTensor][] {
  return Object.entries(inputs).filter(([name, { shape }]) => shape.length > 0 && !shared.includes(name));
}

function sliceTensor<D extends TypedNumbers>({ shape, data }: InputTensor<D>, from: number, to: number) {
  const [samples, ...sample] = shape as [number, ...number[]];
  const end = Math.min(to, samples);
  const size = sizeOf(sample);
  return { shape: [end - from, ...sample], data: data.subarray(from * size, end * size) as D };
}

function joinTensors(parts: readonly InputTensor[]): InputTensor {
  const [first] = parts as readonly [InputTensor, ...InputTensor[]];
  const samples = parts.reduce((sum, { shape }) => sum + shape[0]!, 0);
  const Numbers = first.data.constructor as new (length: number) => TypedNumbers;
  const data = new Numbers(parts.reduce((sum, part) => sum + part.data.length, 0));
  let at = 0;
  for (const part of parts) {
    // All parts hold numbers of one type.
    (data as Float64Array).set(part.data as Float64Array, at);
    at += part.data.length;
  }
  return { shape: [samples, ...first.shape.slice(1)], data };
}
