import { existsSync } from 'node:fs';
import { readNpy } from '../../src/files/read-npy.ts';
import { npyToFloat32 } from '../../src/formats/npy.ts';
import type { FloatTensor } from '../../src/graph/float-tensor.ts';
import type { InputBatch, InputTensor } from '../../src/graph/input-batch.ts';
import { shared } from './shared-folder.ts';

/** What the folders of text networks feed; the others have input.npy. */
const textInputs = ['input_ids', 'attention_mask', 'token_type_ids'];

/** Whether the network of a folder reads text. */
export const isText = (name: string) => existsSync(shared('golden', 'zoo', name, 'input_ids.npy'));

/** An array of a folder, as float32. */
export async function floats(name: string, file: string): Promise<FloatTensor> {
  const array = await readNpy(shared('golden', 'zoo', name, file));
  return { shape: array.shape, data: npyToFloat32(array) };
}

/** What the network of a folder of text reads, by input. */
export async function textsOf(name: string): Promise<Record<string, InputTensor>> {
  const files = textInputs.filter((input) => existsSync(shared('golden', 'zoo', name, `${input}.npy`)));
  const tensors = files.map(async (input) => {
    const { data, shape } = await readNpy(shared('golden', 'zoo', name, `${input}.npy`));
    return [input, { data: data as BigInt64Array, shape }] as const;
  });
  return Object.fromEntries(await Promise.all(tensors));
}

/** The samples of a folder. */
export async function samplesOf(name: string): Promise<InputBatch> {
  return isText(name) ? { inputs: await textsOf(name) } : floats(name, 'input.npy');
}
